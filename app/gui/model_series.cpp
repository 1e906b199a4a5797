#include "app/gui/model_series.h"

#include <algorithm>
#include <utility>

#include "app/gui/theme.h"

namespace muonscope::gui {

namespace {

// 0, n − 1, then the middles of what is between, so that a picture of all of it is there early.
std::vector<std::size_t> coarse_to_fine(std::size_t count) {
    std::vector<std::size_t> order{0};
    if (count > 1) order.push_back(count - 1);
    std::vector<std::pair<std::size_t, std::size_t>> gaps{{0, count - 1}};
    for (std::size_t i = 0; i < gaps.size(); ++i) {
        const auto [from, to] = gaps[i];
        if (to - from < 2) continue;
        const std::size_t middle = from + (to - from) / 2;
        order.push_back(middle);
        gaps.emplace_back(from, middle);
        gaps.emplace_back(middle, to);
    }
    return order;
}

Work<> find_series(std::vector<Checkpoint> series, std::string matrix,
                   Background<SeriesPiece>::Outlet outlet) {
    for (const std::size_t place : coarse_to_fine(series.size())) {
        SeriesMatrix found =
            co_await series_matrix(series[place].path, matrix, series.front().path);
        outlet({place, std::move(found)});
        co_await pause();
    }
}

}  // namespace

const SeriesMatrix* ModelSeries::at(std::size_t checkpoint) const {
    return checkpoint < found.size() && found[checkpoint] && found[checkpoint]->fault.empty()
               ? &*found[checkpoint]
               : nullptr;
}

std::size_t ModelSeries::faults() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        found, [](const std::optional<SeriesMatrix>& one) { return one && !one->fault.empty(); }));
}

ModelSeries& model_series(PanelContext& context, const ModelWeights& model) {
    ModelSeries& series = context.kept<ModelSeries>();
    for (SeriesPiece& piece : series.work.take()) {
        if (piece.checkpoint >= series.found.size()) continue;
        series.found[piece.checkpoint] = std::move(piece.matrix);
        ++series.known;
    }
    const std::string wanted = !model.series.empty() && model.shown < model.matrices.size()
                                   ? model.matrices[model.shown].entry->name
                                   : "";
    if (series.files != model.chosen_files || series.matrix != wanted) {
        series.work.stop();
        series.known = 0;
        series.found.clear();
        if (series.work.busy()) return series;
        series.files = model.chosen_files;
        series.matrix = wanted;
        if (!wanted.empty()) {
            series.found.resize(model.series.size());
            series.work.begin(context.workplace, [&](auto outlet) {
                return find_series(model.series, wanted, std::move(outlet));
            });
        }
    }
    context.view.working = context.view.working || series.work.busy();
    return series;
}

double place_of(const ModelWeights& model, std::size_t checkpoint) {
    const bool numbered = std::ranges::all_of(
        model.series, [](const Checkpoint& one) { return one.number.has_value(); });
    return numbered ? static_cast<double>(*model.series[checkpoint].number)
                    : static_cast<double>(checkpoint);
}

void show_checkpoint(PanelContext& context, std::size_t checkpoint) {
    context.chosen<ModelChoices>().checkpoint = static_cast<int>(checkpoint);
}

ImVec4 checkpoint_colour(const Theme& theme, const ModelWeights& model, std::size_t checkpoint) {
    const auto count = static_cast<int>(model.series.size());
    return rank_colour(theme, count - 1 - static_cast<int>(checkpoint), count);
}

}  // namespace muonscope::gui
