// Session files of any text: refused in a sentence, or the same when written and read again.

#include "core/documents/session_json.h"
#include "tests/fuzz/expect.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace muonscope;
    const std::string text(reinterpret_cast<const char*>(data), size);
    return try_or_refuse("any.json", sentence_with_a_list, [&] {
        const auto read = spec_or_session_from_json(text, "any.json");
        if (!std::holds_alternative<SessionFile>(read)) return;
        // The first is of whatever program wrote it, what we write of ours.
        const std::string written = to_json(std::get<SessionFile>(read));
        expect(to_json(session_file_from_json(written, "any.json")) == written,
               "a session is the same written and read again");
    });
}
