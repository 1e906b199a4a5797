#include "app/cli/stop_rule.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/experiment/layout.h"

namespace muonscope::cli {

std::vector<Bound> stop_rule(const std::vector<std::string>& conditions, const Layout& layout) {
    std::vector<Bound> bounds;
    const std::vector<std::string> names = channel_names(layout);
    for (const std::string& condition : conditions) {
        const std::string where = "--until " + in_quotes(condition);
        const std::size_t sign = condition.find("<=");
        if (sign == std::string::npos)
            throw Error(where, "this is not column<=value",
                        "write for example --until 'relative_error<=0.05', in quotes because of "
                        "the shell");
        const std::string name = condition.substr(0, sign);
        const auto found = std::find(names.begin(), names.end(), name);
        if (found == names.end()) {
            const std::string near = did_you_mean(name, names);
            throw Error(
                where, "history.csv has no column " + in_quotes(name),
                near.empty() ? "use loss, relative_error, probe_after_k or another column" : near);
        }
        Bound bound{static_cast<std::size_t>(found - names.begin()), 0};
        const char* end = condition.data() + condition.size();
        const auto [stopped, fault] =
            std::from_chars(condition.data() + sign + 2, end, bound.value);
        if (fault != std::errc() || stopped != end || !std::isfinite(bound.value))
            throw Error(where, in_quotes(condition.substr(sign + 2)) + " is not a finite number",
                        "write for example 0.05");
        bounds.push_back(bound);
    }
    return bounds;
}

}  // namespace muonscope::cli
