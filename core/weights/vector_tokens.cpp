#include "core/weights/vector_tokens.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/base/split.h"
#include "core/linalg/matrix_product.h"
#include "core/llama/open_llama.h"

namespace muonscope {

namespace {

using Index = Eigen::Index;

struct Part {
    std::string_view name, norm;  // without a norm of the block: the last one of all
};
constexpr std::array<Part, 7> parts = {{{"attn_q", "attn_norm"},
                                        {"attn_k", "attn_norm"},
                                        {"attn_v", "attn_norm"},
                                        {"ffn_gate", "ffn_norm"},
                                        {"ffn_up", "ffn_norm"},
                                        {"attn_output", ""},
                                        {"ffn_down", ""}}};

// By GGUF's name.
const TensorEntry& tensor(const TensorFile& file, const std::string& gguf) {
    const std::string name = name_in_file(file, gguf);
    for (const char* ending : {"", ".weight"})
        if (const TensorEntry* found = file.find(name + ending)) return *found;
    throw Error(in_quotes(file.path(), 200), "it has no tensor " + name, "the file is damaged");
}

// The rows of an embedding, a part at a time, in the columns of a matrix.
class Rows {
  public:
    Rows(const TensorFile& file, const TensorEntry& entry) : file_(file), entry_(entry) {}

    Index count() const { return static_cast<Index>(entry_.rows()); }
    Index width() const { return static_cast<Index>(entry_.columns()); }
    static constexpr Index at_once = 1024;

    const Matrix& read(Index first) {
        const Index count = std::min(at_once, this->count() - first);
        rows_.resize(width(), count);
        file_.read_rows(entry_, static_cast<std::uint64_t>(first),
                        static_cast<std::uint64_t>(count),
                        std::span<double>(rows_.data(), static_cast<std::size_t>(rows_.size())));
        return rows_;
    }

  private:
    const TensorFile& file_;
    const TensorEntry& entry_;
    Matrix rows_;
};

// The largest so far, largest first; of equal ones the first token.
void keep_largest(std::vector<NearToken>& kept, std::size_t most, NearToken token) {
    if (kept.size() == most && !(token.cosine > kept.back().cosine)) return;
    const auto place = std::upper_bound(
        kept.begin(), kept.end(), token,
        [](const NearToken& a, const NearToken& b) { return a.cosine > b.cosine; });
    kept.insert(place, token);
    if (kept.size() > most) kept.pop_back();
}

Vector norm_weights(const TensorFile& file, const std::string& name, Index width) {
    const TensorEntry& entry = tensor(file, name);
    if (static_cast<Index>(entry.values()) != width)
        throw Error(in_quotes(file.path(), 200),
                    name + " is not as long as the residual stream is wide", "the file is damaged");
    Vector weights(width);
    file.read(entry, std::span<double>(weights.data(), static_cast<std::size_t>(width)));
    return weights;
}

// The vectors behind the norm, of length 1, in columns.
Matrix directions_of(const Matrix& vectors, const Vector& norm) {
    Matrix directions = norm.asDiagonal() * vectors;
    for (Index k = 0; k < directions.cols(); ++k) {
        const double length = directions.col(k).norm();
        if (length > 0) directions.col(k) /= length;
    }
    return directions;
}

StreamSide checked_side(const TensorFile& file, const TensorEntry& entry) {
    static_cast<void>(shape_in(file));  // throws where it is no llama
    const std::optional<StreamSide> side = stream_side(entry.name);
    if (!side)
        throw Error(in_quotes(entry.name), "it is no matrix of a block that reads or writes",
                    "take attn_q, attn_k, attn_v, attn_output, ffn_gate, ffn_up or ffn_down");
    return *side;
}

}  // namespace

std::optional<StreamSide> stream_side(std::string_view name) {
    const std::string gguf = name_of_tensor(name);
    const std::vector<std::string_view> names = split(gguf, '.');
    if (names.size() != 3 || names[0] != "blk") return {};
    for (const Part& part : parts) {
        if (part.name != names[2]) continue;
        if (part.norm.empty()) return StreamSide{true, "output_norm"};
        return StreamSide{false, "blk." + std::string(names[1]) + "." + std::string(part.norm)};
    }
    return {};
}

Work<std::vector<VectorTokens>> vector_tokens(const TensorFile& file, const TensorEntry& entry,
                                              Index first, Index count, int top) {
    const StreamSide side = checked_side(file, entry);
    const std::string head = name_in_file(file, "output");
    const bool untied = file.find(head + ".weight") != nullptr || file.find(head) != nullptr;
    Rows rows(file, tensor(file, side.writes && untied ? "output" : "token_embd"));
    const ThinSvd svd = tensor_svd(read_matrix(file, entry));
    co_await pause();
    const Matrix& vectors = side.writes ? svd.u : svd.v;
    if (vectors.rows() != rows.width())
        throw Error(in_quotes(entry.name), "it is not as wide as the embedding",
                    "the file is damaged");
    count = std::clamp<Index>(count, 0, std::max<Index>(0, svd.s.size() - first));
    const Matrix directions = directions_of(vectors.middleCols(first, count),
                                            norm_weights(file, side.norm, rows.width()));
    Vector mean = Vector::Zero(rows.width());
    for (Index at = 0; at < rows.count(); at += Rows::at_once) {
        mean += rows.read(at).rowwise().sum();
        co_await pause();
    }
    mean /= static_cast<double>(rows.count());

    std::vector<VectorTokens> found(static_cast<std::size_t>(count));
    MatrixProduct<double> product;
    Matrix part, dots;
    for (Index at = 0; at < rows.count(); at += Rows::at_once) {
        part = rows.read(at).colwise() - mean;
        dots.resize(part.cols(), count);
        product.multiply(part.transpose(), directions, dots);
        const Vector lengths = part.colwise().norm().transpose();
        for (Index k = 0; k < count; ++k)
            for (Index i = 0; i < part.cols(); ++i) {
                const double cosine = lengths(i) > 0 ? dots(i, k) / lengths(i) : 0;
                const auto token = static_cast<int>(at + i);
                VectorTokens& one = found[static_cast<std::size_t>(k)];
                keep_largest(one.towards, static_cast<std::size_t>(top), {token, cosine});
                keep_largest(one.away, static_cast<std::size_t>(top), {token, -cosine});
            }
        co_await pause();
    }
    for (Index k = 0; k < count; ++k) {
        VectorTokens& one = found[static_cast<std::size_t>(k)];
        one.k = first + k;
        one.value = svd.s(first + k);
        for (NearToken& token : one.away) token.cosine = -token.cosine;
    }
    co_return found;
}

}  // namespace muonscope
