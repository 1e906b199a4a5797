#include "tests/fuzz/tensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return muonscope::try_tensors(data, size, "any.gguf", muonscope::parse_gguf);
}
