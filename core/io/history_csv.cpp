#include "core/io/history_csv.h"

#include <fmt/format.h>

#include <cmath>
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
    names[layout.probe_floor()] = "probe_floor";
    names[layout.probe_after_k()] = "probe_after_k";
    names[layout.probe_steps()] = "probe_steps_to_threshold";
    names[layout.probe_searched()] = "probe_steps_searched";
    names[layout.probe_critical_rate()] = "probe_critical_rate";
    for (int k = 0; k < layout.product_rank(); ++k)
        names[layout.product_sv(k)] = fmt::format("product_sv_{}", k + 1);
    for (int k = 0; k < layout.modes(); ++k) names[layout.mode(k)] = fmt::format("mode_{}", k + 1);
    for (int layer = 1; layer <= layout.layers(); ++layer) {
        names[layout.weight_norm(layer)] = fmt::format("layer_{}_norm", layer);
        names[layout.fidelity(layer)] = fmt::format("layer_{}_gradient_fidelity", layer);
        names[layout.preservation(layer)] = fmt::format("layer_{}_preservation", layer);
        names[layout.preservation_from_start(layer)] =
            fmt::format("layer_{}_preservation_from_start", layer);
        names[layout.expected_norm(layer)] = fmt::format("layer_{}_expected_norm", layer);
        names[layout.update_along(layer)] = fmt::format("layer_{}_update_along", layer);
        names[layout.update_across(layer)] = fmt::format("layer_{}_update_across", layer);
        names[layout.rate(layer)] = fmt::format("layer_{}_learning_rate", layer);
        for (int k = 0; k < layout.rank(layer); ++k) {
            names[layout.weight_sv(layer, k)] = fmt::format("layer_{}_sv_{}", layer, k + 1);
            names[layout.gradient_sv(layer, k)] =
                fmt::format("layer_{}_gradient_sv_{}", layer, k + 1);
            names[layout.update_sv(layer, k)] = fmt::format("layer_{}_update_sv_{}", layer, k + 1);
        }
    }
    return names;
}

void write_history_csv(std::ostream& stream, const Snapshot& snapshot) {
    stream << "step,lane";
    for (const std::string& name : channel_names(snapshot.layout)) stream << ',' << name;
    stream << '\n';
    fmt::memory_buffer line;
    for (const LaneSnapshot& lane : snapshot.lanes) {
        const std::string name = cell(lane.name);
        for (std::size_t sample = 0; sample < lane.history.size(); ++sample) {
            line.clear();
            fmt::format_to(std::back_inserter(line), "{},{}", lane.history.step(sample), name);
            for (const double value : lane.history.row(sample)) {
                line.push_back(',');
                if (!std::isnan(value)) fmt::format_to(std::back_inserter(line), "{}", value);
            }
            line.push_back('\n');
            stream.write(line.data(), static_cast<std::streamsize>(line.size()));
        }
    }
}

}  // namespace muonscope
