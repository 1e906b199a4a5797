// What --until takes, a line a condition: refused in a sentence, or a
// bound on a column that there is.

#include <cmath>

#include "app/cli/stop_rule.h"
#include "core/base/split.h"
#include "core/experiment/presets.h"
#include "core/experiment/problem.h"
#include "tests/fuzz/expect.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace muonscope;
    const std::string text(reinterpret_cast<const char*>(data), size);
    std::vector<std::string> conditions;
    for (const std::string_view line : split(text, '\n')) conditions.emplace_back(line);
    static const auto problem = make_problem(presets().front().experiment);
    static const Layout layout(*problem->model, problem->modes, facts_of(problem->experiment));
    return try_or_refuse("--until", sentence, [&] {
        const std::vector<Bound> bounds = cli::stop_rule(conditions, layout);
        expect(bounds.size() == conditions.size(), "each is a bound");
        for (const Bound& bound : bounds) {
            expect(bound.channel < layout.channels(), "it is on a column that there is");
            expect(std::isfinite(bound.value), "its value is a number");
        }
    });
}
