#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/experiment/published/experiment.h"

// Whether a figure is the published one. The rule, the same for every figure: both are printed by
// the figure's own format, and the two texts must be equal. Two exceptions:
//   tau/<t>/muon   may differ by muon_tolerance_steps (5), as published.json allows; the products
//                  of core/linalg/tensor_core.h do not need it
//   dp/loss_100, blackbox/*/actual_next   were printed to the last bit, which two machines do not
//                  share; their formats carry 10 decimals
// A published figure that no job gives, or one that was never published, is a failure too.
namespace muonscope {

struct Published;

enum class Verdict { exact, near, failed, missing };

struct Comparison {
    Figure figure;                    // value NaN: published, but no job gives it
    std::optional<double> published;  // none: never published
    Verdict verdict = Verdict::missing;
    double tolerance = 0;  // in units of the figure
};

Comparison compare(const Figure& figure, const Published& published);

// Published figures below `section` ("ce_probe") that are not among `given`.
std::vector<Comparison> not_given(const Published& published, std::string_view section,
                                  std::span<const Figure> given);

inline bool passes(const Comparison& c) {
    return c.verdict == Verdict::exact || c.verdict == Verdict::near;
}

// Texts of a table. "-" where there is no number.
std::string here_text(const Figure& figure);
std::string published_text(const Comparison& comparison);
std::string difference_text(const Comparison& comparison);  // of the printed numbers
std::string verdict_text(const Comparison& comparison);     // "exact as printed"
inline constexpr std::string_view verdict_rule =
    "exact as printed: equal to the published figure in every digit that was printed; figures "
    "printed to the last bit are compared to 10 decimals. Tau's Muon steps may differ by the "
    "published tolerance of 5; bfloat16 products are summed as the GPU of the published runs did, "
    "so none of them needs it.";

}  // namespace muonscope
