#include "app/gui/model_alignment.h"

#include <algorithm>
#include <utility>

namespace muonscope::gui {

namespace {

constexpr std::size_t most_bytes = std::size_t{64} << 20;  // of vectors that are kept

Work<> find_vectors(std::shared_ptr<const TensorFile> file, std::string matrix,
                    Background<VectorsPiece>::Outlet outlet) {
    VectorsPiece piece{matrix, {}, {}};
    try {
        piece.vectors = co_await leading_vectors(*file, *file->find(matrix), most_directions);
    } catch (const std::exception& fault) {
        piece.fault = fault_text(fault);
    }
    outlet(std::move(piece));
    co_await pause();
}

bool fits(const ModelWeights& model, const LayerPair& pair) {
    const auto shape_of = [&](const std::string& name) {
        for (const ModelMatrix& matrix : model.matrices)
            if (matrix.entry->name == name) return matrix.shape;
        return MatrixShape{};
    };
    return shape_of(pair.writer).rows == shape_of(pair.reader).cols;
}

// What reads it, then what it reads.
std::vector<LayerPair> pairs_of(const ModelWeights& model, const std::string& matrix) {
    std::vector<std::string> names;
    for (const ModelMatrix& one : model.matrices) names.push_back(one.entry->name);
    std::vector<LayerPair> pairs;
    for (std::string& reader : readers_of(matrix, names))
        pairs.push_back({matrix, std::move(reader)});
    for (const std::string& writer : names)
        if (const auto readers = readers_of(writer, names);
            std::ranges::find(readers, matrix) != readers.end())
            pairs.push_back({writer, matrix});
    std::erase_if(pairs, [&](const LayerPair& pair) { return !fits(model, pair); });
    return pairs;
}

std::size_t bytes_of(const LeadingVectors& vectors) {
    return static_cast<std::size_t>(vectors.u.size() + vectors.v.size()) * sizeof(double);
}

// Those of the pair stay.
void keep_within_bound(ModelAlignment& alignment, const LayerPair& pair) {
    std::size_t bytes = 0;
    for (const auto& [name, piece] : alignment.known) bytes += bytes_of(piece.vectors);
    if (bytes <= most_bytes) return;
    std::erase_if(alignment.known, [&](const auto& one) {
        return one.first != pair.writer && one.first != pair.reader;
    });
}

void follow_matrix(ModelAlignment& alignment, const ModelWeights& model) {
    const std::string wanted =
        model.shown < model.matrices.size() ? model.matrices[model.shown].entry->name : "";
    if (alignment.file != model.file) {
        alignment.work.stop();
        alignment.known.clear();
        alignment.shown.reset();
    }
    if (alignment.file == model.file && alignment.matrix == wanted) return;
    alignment.file = model.file;
    alignment.matrix = wanted;
    alignment.pairs = pairs_of(model, wanted);
    alignment.chosen = 0;
}

void begin(PanelContext& context, ModelAlignment& alignment, const std::string& matrix) {
    if (alignment.work.busy() || !alignment.file) return;
    alignment.begun = matrix;
    alignment.work.begin(context.workplace, [&](auto outlet) {
        return find_vectors(alignment.file, matrix, std::move(outlet));
    });
}

}  // namespace

Eigen::Index leading_directions(const ModelChoices& chosen) {
    return Eigen::Index{8} << chosen.leading;
}

ModelAlignment& model_alignment(PanelContext& context, const ModelWeights& model) {
    ModelAlignment& alignment = context.kept<ModelAlignment>();
    for (VectorsPiece& piece : alignment.work.take())
        alignment.known[piece.matrix] = std::move(piece);
    follow_matrix(alignment, model);
    context.view.working = context.view.working || alignment.work.busy();
    alignment.shown.reset();
    alignment.fault = alignment.work.error();
    if (alignment.chosen >= alignment.pairs.size()) return alignment;
    const LayerPair& pair = alignment.pairs[alignment.chosen];
    for (const std::string& name : {pair.writer, pair.reader}) {
        const auto found = alignment.known.find(name);
        if (found == alignment.known.end()) {
            begin(context, alignment, name);
            return alignment;
        }
        if (!found->second.fault.empty()) {
            alignment.fault = found->second.fault;
            return alignment;
        }
    }
    alignment.shown = {pair, layer_alignment(alignment.known.at(pair.writer).vectors.u,
                                             alignment.known.at(pair.reader).vectors.v,
                                             leading_directions(context.chosen<ModelChoices>()))};
    keep_within_bound(alignment, pair);
    return alignment;
}

}  // namespace muonscope::gui
