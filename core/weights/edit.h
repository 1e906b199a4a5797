#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/choice.h"
#include "core/base/types.h"
#include "core/linalg/engine.h"

// One change of the singular values of some weight matrices.
namespace muonscope {

enum class EditKind {
    drop_top,
    drop_bottom,
    keep,
    energy,
    flatten,
    power,
    clip,
    scale,
    set,
    orthogonalise,
    noise,
};
inline constexpr auto edit_kinds = choices_of<EditKind::noise>({
    {"drop-top", "Drop the largest", "the K largest values become 0"},
    {"drop-bottom", "Drop the smallest", "the K smallest values become 0"},
    {"keep", "Keep the largest", "all but the K largest become 0; K% of them, rounded up, with %"},
    {"energy", "Keep a share of the energy",
     "the fewest of the largest whose squares sum to X of all are kept, X in (0, 1]"},
    {"flatten", "Flatten", "all values of the numerical rank become equal: the polar factor"},
    {"power", "Power", "s becomes s_1 (s/s_1)^X, X in [-.5, 4]"},
    {"clip", "Clip", "what is above X s_1 becomes X s_1, X in (0, 1]"},
    {"scale", "Scale", "value K, or those from K to L (K-L:X), times X, X in [0, 100]"},
    {"set", "Set", "value K, or those from K to L, become X (K:X), X in [0, 1e30]"},
    {"orthogonalise", "Orthogonalise",
     "by an engine, NAME or NAME:ITERATIONS, as muonscope "
     "orthogonalise has it"},
    {"noise", "Noise of this spectrum",
     "the same values between random orthonormal vectors, X the seed"},
});

// What is the same before and after: the edited values are scaled by one factor.
enum class KeptNorm { none, frobenius, spectral };
inline constexpr auto kept_norms = choices_of<KeptNorm::spectral>({
    {"free", "Free", "the norm is what it becomes"},
    {"frobenius", "Frobenius norm", "the root of the sum of squares stays"},
    {"spectral", "Spectral norm", "the largest singular value stays"},
});
// flatten, power, orthogonalise and noise keep the Frobenius norm unless told otherwise.
KeptNorm usual_norm(EditKind kind);

struct WeightEdit {
    // Names as `Selection` reads them: "blk.11.ffn_down", "attn_v", "blk.10-20.attn_q".
    std::string target;
    EditKind kind = EditKind::drop_top;
    double amount = 1;        // K or X
    bool percent = false;     // keep: `amount` is percent of the values
    int first = 1, last = 1;  // scale, set: ranks, from 1
    OrthogonaliserSpec engine = {};
    KeptNorm norm = KeptNorm::none;
    bool muted = false;

    bool operator==(const WeightEdit&) const = default;
};

// "TARGET:KIND=AMOUNT[,norm=NORM][,muted]" and back. Throws Error that names the part at fault.
WeightEdit edit_in(std::string_view text);
std::string text_of(const WeightEdit& edit);
// What it does in a few words: "s₁ := 0", "power .9".
std::string words_of(const WeightEdit& edit);

// Whether it leaves singular vectors alone, so that values alone say what comes of it.
bool keeps_vectors(const WeightEdit& edit);

// What the singular values of a rows x cols matrix become, in their order: `values` stand largest
// first. Only of edits that keep vectors.
Vector edited_values(const WeightEdit& edit, const Vector& values, Eigen::Index rows,
                     Eigen::Index cols);
// The factor by which `after` is multiplied so that the norm stays that of `before`; 1 where there
// is nothing to scale.
double norm_factor(KeptNorm norm, const Vector& before, const Vector& after);

}  // namespace muonscope
