#include "core/weights/layer_alignment.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/linalg/reductions.h"
#include "core/measure/alignment.h"
#include "core/weights/selection.h"

namespace muonscope {

namespace {

using Index = Eigen::Index;

// A name as text around its first number that stands between dots.
struct Numbered {
    std::string before, after;
    long number = 0;
};

std::optional<Numbered> numbered(std::string_view name) {
    for (std::size_t begin = 0; begin < name.size();) {
        const std::size_t end = std::min(name.find('.', begin), name.size());
        const std::string_view part = name.substr(begin, end - begin);
        Numbered found;
        const auto [stop, fault] =
            std::from_chars(part.data(), part.data() + part.size(), found.number);
        if (!part.empty() && fault == std::errc() && stop == part.data() + part.size() &&
            found.number >= 0) {
            found.before = name.substr(0, begin);
            found.after = name.substr(end);
            return found;
        }
        begin = end + 1;
    }
    return std::nullopt;
}

// Matrices of a llama's block, by what stands behind the block's number.
enum class Role { queries, inner_up, inner_down, attention_out };
struct RoleName {
    std::string_view name;
    Role role;
};
constexpr std::array<RoleName, 14> role_names{{{".attn_q", Role::queries},
                                               {".attn_k", Role::queries},
                                               {".attn_v", Role::queries},
                                               {".attn_output", Role::attention_out},
                                               {".ffn_gate", Role::inner_up},
                                               {".ffn_up", Role::inner_up},
                                               {".ffn_down", Role::inner_down},
                                               {".self_attn.q_proj", Role::queries},
                                               {".self_attn.k_proj", Role::queries},
                                               {".self_attn.v_proj", Role::queries},
                                               {".self_attn.o_proj", Role::attention_out},
                                               {".mlp.gate_proj", Role::inner_up},
                                               {".mlp.up_proj", Role::inner_up},
                                               {".mlp.down_proj", Role::inner_down}}};

std::optional<Role> role_of(const Numbered& name) {
    const auto* const found =
        std::ranges::find(role_names, short_name(name.after), &RoleName::name);
    return found == role_names.end() ? std::nullopt : std::optional(found->role);
}

// Of two matrices of a llama; `blocks` further on.
bool reads(Role writer, Role reader, long blocks) {
    switch (writer) {
        case Role::inner_up:
            return reader == Role::inner_down && blocks == 0;
        case Role::attention_out:
            return (reader == Role::inner_up && (blocks == 0 || blocks == 1)) ||
                   (reader == Role::queries && blocks == 1);
        case Role::inner_down:
            return (reader == Role::queries || reader == Role::inner_up) && blocks == 1;
        case Role::queries:
            return false;  // heads stand between
    }
    return false;
}

}  // namespace

Work<LeadingVectors> leading_vectors(const TensorFile& file, const TensorEntry& entry,
                                     Index count) {
    const Matrix matrix = read_matrix(file, entry);
    if (!are_finite(matrix))
        throw Error(in_quotes(entry.name), "an entry is not a finite number",
                    "choose another matrix");
    co_await pause();
    const ThinSvd svd = tensor_svd(matrix);
    co_await pause();
    const Index k = std::min(count, svd.s.size());
    co_return LeadingVectors{svd.s.head(k), svd.u.leftCols(k), svd.v.leftCols(k)};
}

LayerAlignment layer_alignment(const Matrix& writer_u, const Matrix& reader_v, Index k) {
    k = std::min({k, writer_u.cols(), reader_v.cols()});
    LayerAlignment alignment;
    alignment.overlap =
        overlaps(reader_v.leftCols(k), writer_u.leftCols(k)).array().square().matrix();
    alignment.dimension = writer_u.rows();
    alignment.share = alignment.overlap.sum() / static_cast<double>(k);
    alignment.by_chance = static_cast<double>(k) / static_cast<double>(writer_u.rows());
    return alignment;
}

std::vector<std::string> readers_of(std::string_view writer,
                                    const std::vector<std::string>& names) {
    std::vector<std::string> readers;
    const std::optional<Numbered> from = numbered(writer);
    if (!from) return readers;
    const std::optional<Role> role = role_of(*from);
    for (const std::string& name : names) {
        const std::optional<Numbered> to = numbered(name);
        if (!to || to->before != from->before) continue;
        const long blocks = to->number - from->number;
        const std::optional<Role> other = role_of(*to);
        if (role ? other && reads(*role, *other, blocks) : blocks == 1 && to->after == from->after)
            readers.push_back(name);
    }
    return readers;
}

}  // namespace muonscope
