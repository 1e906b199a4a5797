// What --set takes, a line a change behind the name of a preset: refused in a sentence, or what was
// taken says itself in a text that changes nothing when it is set again; and a spec that holds
// together is the same in a file.

#include <algorithm>

#include "core/base/split.h"
#include "core/documents/spec_json.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "tests/fuzz/expect.h"

namespace {

using namespace muonscope;

Spec preset_called(std::string_view name) {
    const auto all = presets();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Spec& spec) { return spec.name == name; });
    return found == all.end() ? all.front() : *found;
}

void change(Spec& spec, std::string_view line) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) return;
    const std::string path(line.substr(0, equals));
    const Spec before = spec;
    try {
        set(spec, path, line.substr(equals + 1));
    } catch (const Error& error) {
        const std::string message = error.what();
        expect(message.find('\n') == std::string::npos, "a refusal is one line");
        expect(message.size() < sentence_with_a_list, "a refusal is one sentence");
        expect(spec == before, "what is refused changes nothing");
        return;
    }
    if (path.ends_with(".name")) return;  // it may not be called so any more
    const Value now = get(spec, path);
    Spec again = spec;
    set(again, path, now);
    expect(again == spec, "a value that is there changes nothing");
    set(again, path, to_text(now));
    expect(again == spec, "nor does its text");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const std::size_t end = std::min(text.find('\n'), text.size());
    Spec spec = preset_called(std::string_view(text).substr(0, end));
    constexpr std::size_t most = 12;  // changes: more show nothing new and take their time
    const auto lines = split(std::string_view(text).substr(end), '\n');
    for (std::size_t i = 0; i < std::min(lines.size(), most); ++i) change(spec, lines[i]);
    return try_or_refuse("any.json", sentence_with_a_list, [&] {
        validate(spec, "any.json");
        expect(to_json(spec_from_json(to_json(spec), "any.json")) == to_json(spec),
               "a spec is written the same once it is read again");
    });
}
