#include "tests/bench/peers.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "core/base/error.h"

namespace muonscope {

namespace {

template <typename Function>
Function find(void* library, const std::string& name) {
    for (const std::string prefix : {"", "scipy_"})
        if (void* found = dlsym(library, (prefix + name).c_str()))
            return reinterpret_cast<Function>(found);
    return nullptr;
}

Peer load(const std::string& path) {
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) throw Error("MUONSCOPE_PEERS", dlerror(), "start the benchmark by its script");
    Peer peer;
    peer.name = std::filesystem::path(path).stem().string();
    peer.multiply_doubles = find<Gemm<double>>(library, "dgemm_");
    peer.multiply_floats = find<Gemm<float>>(library, "sgemm_");
    if (!peer.multiply_doubles || !peer.multiply_floats)
        throw Error("MUONSCOPE_PEERS", path + " has no dgemm_ and sgemm_", "name another");
    return peer;
}

}  // namespace

const std::vector<Peer>& peers() {
    static const std::vector<Peer> all = [] {
        const char* paths = std::getenv("MUONSCOPE_PEERS");
        if (!paths || !*paths)
            throw Error("MUONSCOPE_PEERS", "names no library to compare with",
                        "start the benchmark by tests/bench/figures.py or products.py");
        std::vector<Peer> found;
        std::istringstream list(paths);
        for (std::string path; std::getline(list, path, ':');) found.push_back(load(path));
        return found;
    }();
    return all;
}

}  // namespace muonscope
