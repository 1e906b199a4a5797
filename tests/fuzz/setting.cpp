// Settings of any text, and what is packed in them of any bytes: refused in a sentence, or a spec
// that is the same when copied and pasted again.

#include "core/documents/setting_text.h"
#include "core/formats/packed_text.h"
#include "tests/fuzz/expect.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace muonscope;
    const std::string text(reinterpret_cast<const char*>(data), size);
    expect(unpacked_text(packed_text(text, "muonscope"), "muonscope", size, "any") == text,
           "a text is the same packed and unpacked");
    return try_or_refuse("the pasted setting", sentence_with_a_list, [&] {
        const Spec spec = spec_from_setting_text(text);
        expect(spec_from_setting_text(setting_text(spec)) == spec,
               "a setting is the same copied and pasted again");
    });
}
