// Checkpoints of any bytes, whose sum is made to fit so that what is behind it is read too: refused
// in a sentence, also by a session that is to go on from there.

#include "core/documents/checkpoint_file.h"

#include <sys/mman.h>
#include <unistd.h>

#include "core/documents/spec_json.h"
#include "core/formats/sha256.h"
#include "core/formats/tensor_file.h"
#include "core/session/session.h"
#include "tests/fuzz/expect.h"

namespace {

using namespace muonscope;

class MemoryFile {
  public:
    explicit MemoryFile(const std::string& bytes) : number_(::memfd_create("checkpoint", 0)) {
        expect(number_ >= 0 && ::write(number_, bytes.data(), bytes.size()) ==
                                   static_cast<ssize_t>(bytes.size()),
               "there is a file in memory");
    }
    ~MemoryFile() { ::close(number_); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    std::string path() const { return "/proc/self/fd/" + std::to_string(number_); }

  private:
    int number_;
};

void add(Sha256& sum, std::string_view text) {
    const std::uint64_t size = text.size();
    sum.add({reinterpret_cast<const std::uint8_t*>(&size), sizeof size});
    sum.add({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

// As checkpoint_file.h says.
std::string sum_of(const std::string& bytes) {
    const MemoryFile kept(bytes);
    const TensorFile file(kept.path());
    Sha256 sum;
    for (const Metadata::Entry& entry : file.metadata().entries()) {
        if (entry.key == "sha256") continue;
        add(sum, entry.key);
        add(sum, entry.bytes);
    }
    for (const TensorEntry& entry : file.entries()) {
        add(sum, entry.name);
        add(sum, shape_text(entry.shape));
        const std::string_view raw = file.raw(entry);
        sum.add({reinterpret_cast<const std::uint8_t*>(raw.data()), raw.size()});
    }
    return sum.finish();
}

// Its problem is built: one that is small, and of no files.
bool goes_on(const SessionState& state) {
    const NetworkSpec& network = state.spec.experiment.network;
    return state.spec.experiment.model == ModelKind::chain && network.depth <= 2 &&
           network.widths.empty() && network.width <= 8 &&
           state.spec.experiment.target.kind == TargetKind::exponential &&
           state.spec.experiment.init.kind == InitKind::gaussian &&
           state.spec.experiment.data.kind == DataKind::whitened && state.spec.lanes.size() <= 2;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string bytes(reinterpret_cast<const char*>(data), size);
    constexpr std::string_view key = "\"sha256\":\"";
    constexpr std::size_t digits = 64;
    const std::size_t sum = bytes.find(key);
    return try_or_refuse("", sentence_with_a_list, [&] {
        if (sum != std::string::npos && sum + key.size() + digits <= bytes.size())
            bytes.replace(sum + key.size(), digits, sum_of(bytes));
        const MemoryFile kept(bytes);
        const RunCheckpoint read = read_checkpoint(kept.path());
        if (of_this_program(read.program) && goes_on(read.state))
            static_cast<void>(Session::resumed(read.state));
    });
}
