#include "core/documents/history_csv.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <functional>
#include <iterator>
#include <ostream>

namespace muonscope {
namespace {

// RFC 4180: quotes around what holds a comma or a quote, quotes doubled.
std::string cell(const std::string& text) {
    if (text.find_first_of(",\"") == std::string::npos) return text;
    std::string result = "\"";
    for (const char c : text) result += c == '"' ? std::string("\"\"") : std::string(1, c);
    return result + "\"";
}

}  // namespace

std::vector<std::string> channel_names(const Layout& layout) {
    std::vector<std::string> names(layout.channels());
    names[layout.loss()] = "loss";
    names[layout.relative_error()] = "relative_error";
    names[layout.error_left()] = "error_left";
    names[layout.probe_floor()] = "probe_floor";
    names[layout.probe_after_k()] = "probe_after_k";
    names[layout.probe_steps()] = "probe_steps_to_threshold";
    names[layout.probe_searched()] = "probe_steps_searched";
    names[layout.probe_critical_rate()] = "probe_critical_rate";
    for (int k = 0; k < layout.product_rank(); ++k)
        names[layout.product_sv(k)] = fmt::format("product_sv_{}", k + 1);
    for (int k = 0; k < layout.modes(); ++k) names[layout.mode(k)] = fmt::format("mode_{}", k + 1);
    for (int layer = 1; layer <= layout.layers(); ++layer) {
        const std::string& slug = layout.slug(layer);
        names[layout.weight_norm(layer)] = slug + "_norm";
        names[layout.fidelity(layer)] = slug + "_gradient_fidelity";
        names[layout.preservation(layer)] = slug + "_preservation";
        names[layout.preservation_from_start(layer)] = slug + "_preservation_from_start";
        names[layout.expected_norm(layer)] = slug + "_expected_norm";
        names[layout.update_along(layer)] = slug + "_update_along";
        names[layout.update_across(layer)] = slug + "_update_across";
        names[layout.rate(layer)] = slug + "_learning_rate";
        for (int k = 0; k < layout.rank(layer); ++k) {
            names[layout.weight_sv(layer, k)] = fmt::format("{}_sv_{}", slug, k + 1);
            names[layout.gradient_sv(layer, k)] = fmt::format("{}_gradient_sv_{}", slug, k + 1);
            names[layout.update_sv(layer, k)] = fmt::format("{}_update_sv_{}", slug, k + 1);
        }
    }
    return names;
}

std::span<const ColumnWords> column_words() {
    static constexpr std::array words{
        ColumnWords{"step", "the step this line was taken at; 0 is the start"},
        ColumnWords{"lane", "the lane's name"},
        ColumnWords{"steps", "how many steps the line stands for: those since the line before"},
        ColumnWords{"…_min, …_max",
                    "smallest and largest value over these steps, of a column known at every step"},
        ColumnWords{"loss", "of all data, by the experiment's formula; _min, _max"},
        ColumnWords{"relative_error", "‖P − A‖/‖A‖; with data or tanh ‖F(X) − Y‖/‖Y‖; _min, _max"},
        ColumnWords{"error_left", "√(loss/loss one step before); _min, _max"},
        ColumnWords{"layer_L_norm", "‖W‖, Frobenius; _min, _max"},
        ColumnWords{"layer_L_expected_norm",
                    "where ‖W‖ is expected to settle under weight decay; _min, _max"},
        ColumnWords{"layer_L_gradient_fidelity",
                    "cosine of the newest update, reversed, with its gradient; _min, _max"},
        ColumnWords{"layer_L_learning_rate", "of the newest step, schedule included; _min, _max"},
        ColumnWords{"probe_floor", "loss of the least-squares head on the probed layer"},
        ColumnWords{"probe_after_k", "loss of a head after K gradient steps from zero"},
        ColumnWords{"probe_steps_to_threshold",
                    "gradient steps of a head to the probe's threshold; empty: not among those "
                    "searched"},
        ColumnWords{"probe_steps_searched", "gradient steps that were looked at; inf: all"},
        ColumnWords{"probe_critical_rate",
                    "of the head, 2/s₁(H)²: at this rate and beyond it diverges"},
        ColumnWords{"product_sv_K", "singular values of the product P, largest first"},
        ColumnWords{"mode_K", "u_K·P v_K: strength of the target's own mode K"},
        ColumnWords{"layer_L_sv_K", "singular values of the layer's weights"},
        ColumnWords{"layer_L_gradient_sv_K", "of its gradient in the newest step"},
        ColumnWords{"layer_L_update_sv_K", "of its newest update"},
        ColumnWords{"layer_L_preservation",
                    "1 − ‖ΔW h‖/‖W h‖ of the newest step, h the layer's inputs"},
        ColumnWords{"layer_L_preservation_from_start", "1 − ‖(W − W₀) h‖/‖W₀ h‖"},
        ColumnWords{"layer_L_update_along", "⟨W, ΔW⟩/‖W‖ of the newest update"},
        ColumnWords{"layer_L_update_across", "length of its part across W"}};
    return words;
}

namespace {

// One line's numbers, wherever they stand.
struct Line {
    std::int64_t step, steps;
    std::span<const double> values;
    std::function<double(std::size_t)> low, high;
};

void append_number(fmt::memory_buffer& text, double value) {
    text.push_back(',');
    if (!std::isnan(value)) fmt::format_to(std::back_inserter(text), "{}", value);
}

void write(std::ostream& stream, const std::string& lane, std::size_t followed, const Line& line) {
    fmt::memory_buffer text;
    fmt::format_to(std::back_inserter(text), "{},{},{}", line.step, lane, line.steps);
    for (std::size_t c = 0; c < line.values.size(); ++c) {
        append_number(text, line.values[c]);
        if (c >= followed) continue;
        append_number(text, line.low(c));
        append_number(text, line.high(c));
    }
    text.push_back('\n');
    stream.write(text.data(), static_cast<std::streamsize>(text.size()));
}

}  // namespace

void write_history_csv(std::ostream& stream, const Snapshot& snapshot) {
    const std::size_t followed = snapshot.layout.followed();
    stream << "step,lane,steps";
    const std::vector<std::string> names = channel_names(snapshot.layout);
    for (std::size_t c = 0; c < names.size(); ++c) {
        stream << ',' << names[c];
        if (c < followed) stream << ',' << names[c] << "_min," << names[c] << "_max";
    }
    stream << '\n';
    for (const LaneSnapshot& lane : snapshot.lanes) {
        const std::string name = cell(lane.name);
        const HistoryView& history = lane.history;
        for (std::size_t i = 0; i < history.size(); ++i)
            write(stream, name, followed,
                  {history.step(i), history.step(i) - history.first_step(i) + 1, history.row(i),
                   [&](std::size_t c) { return history.low(i, c); },
                   [&](std::size_t c) { return history.high(i, c); }});
        if (lane.now_low.empty()) continue;
        const std::int64_t last = history.size() > 0 ? history.step(history.size() - 1) : -1;
        const auto known = [&lane](std::size_t c, double value) {
            return lane.now_low[c] <= lane.now_high[c] ? value : std::nan("");
        };
        write(stream, name, followed,
              {lane.now_step, lane.now_step - last, lane.now,
               [&](std::size_t c) { return known(c, lane.now_low[c]); },
               [&](std::size_t c) { return known(c, lane.now_high[c]); }});
    }
}

}  // namespace muonscope
