#include "core/experiment/published/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/experiment/published/figures.h"

namespace muonscope {
namespace {

constexpr std::string_view none = "-";

std::string printed(const Figure& figure, double value) {
    return std::isfinite(value) ? fmt::format(fmt::runtime(figure.format), value)
                                : std::string(none);
}

double tolerance_of(std::string_view path, const Published& published) {
    return path.starts_with("tau/") && path.ends_with("/muon") ? published.muon_tolerance_steps : 0;
}

}  // namespace

Comparison compare(const Figure& figure, const Published& published) {
    Comparison result{figure, {}, Verdict::missing, tolerance_of(figure.path, published)};
    const auto found = published.numbers.find(figure.path);
    if (found == published.numbers.end()) return result;
    result.published = found->second;
    result.verdict = Verdict::failed;
    if (!std::isfinite(figure.value)) return result;
    if (printed(figure, figure.value) == printed(figure, found->second))
        result.verdict = Verdict::exact;
    else if (std::abs(figure.value - found->second) <= result.tolerance)
        result.verdict = Verdict::near;
    return result;
}

std::vector<Comparison> not_given(const Published& published, std::string_view section,
                                  std::span<const Figure> given) {
    std::vector<Comparison> result;
    const std::string prefix = std::string(section) + "/";
    for (const auto& [path, number] : published.numbers) {
        const auto has_path = [&, &wanted = path](const Figure& f) { return f.path == wanted; };
        if (!path.starts_with(prefix) || std::any_of(given.begin(), given.end(), has_path))
            continue;
        const Figure absent{path, path, std::numeric_limits<double>::quiet_NaN(), "{:g}"};
        result.push_back({absent, number, Verdict::missing, 0});
    }
    return result;
}

std::string here_text(const Figure& figure) {
    return printed(figure, figure.value);
}

std::string published_text(const Comparison& comparison) {
    return comparison.published ? printed(comparison.figure, *comparison.published)
                                : std::string(none);
}

std::string difference_text(const Comparison& comparison) {
    const std::string here = here_text(comparison.figure), there = published_text(comparison);
    if (here == none || there == none) return std::string(none);
    if (here == there) return "0";
    return fmt::format("{:+.3g}", std::stod(here) - std::stod(there));
}

std::string verdict_text(const Comparison& comparison) {
    switch (comparison.verdict) {
        case Verdict::exact:
            return "exact as printed";
        case Verdict::near:
            return fmt::format("within {:g} steps", comparison.tolerance);
        case Verdict::failed:
            return "FAILED";
        case Verdict::missing:
            break;
    }
    return "missing";
}

}  // namespace muonscope
