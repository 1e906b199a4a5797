// Specs of any text: refused in a sentence, or the same when written and read again.

#include "core/documents/spec_json.h"
#include "tests/fuzz/expect.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace muonscope;
    const std::string text(reinterpret_cast<const char*>(data), size);
    return try_or_refuse("any.json", sentence_with_a_list, [&] {
        const Spec spec = spec_from_json(text, "any.json");
        expect(to_json(spec_from_json(to_json(spec), "any.json")) == to_json(spec),
               "a spec is written the same once it is read again");
    });
}
