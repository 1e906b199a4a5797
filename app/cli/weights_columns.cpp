#include "app/cli/weights_columns.h"

#include <fmt/format.h>

#include <cmath>

namespace muonscope::cli {

using Json = nlohmann::ordered_json;

std::string number_cell(double value) {
    if (!std::isfinite(value)) return std::isnan(value) ? "-" : "inf";
    return std::abs(value) < 1e5 ? fmt::format("{:.4g}", value) : fmt::format("{:.2e}", value);
}

std::vector<std::string> summary_heading() {
    return {"s1", "stable rank", "entropy", "s1/sn", "s1/s2", "beyond", "tail"};
}

std::vector<std::string> summary_cells(const SpectrumSummary& s) {
    return {number_cell(s.largest),   number_cell(s.stable_rank), number_cell(s.entropy),
            number_cell(s.condition), number_cell(s.gap),         fmt::format("{}", s.beyond_edge),
            number_cell(s.tail)};
}

void put_spectrum(Json& json, const MatrixShape& shape, const SpectrumSummary& s,
                  const Vector* values) {
    json["rows"] = shape.rows;
    json["cols"] = shape.cols;
    json["largest"] = s.largest;
    json["norm"] = s.norm;
    json["stable_rank"] = s.stable_rank;
    json["entropy"] = s.entropy;
    json["condition"] = s.condition;
    json["gap"] = s.gap;
    json["edge"] = s.edge;
    json["beyond_edge"] = s.beyond_edge;
    json["tail"] = s.tail;
    if (values == nullptr) return;
    json["values"] = Json::array();
    for (double value : *values) json["values"].push_back(value);
}

std::string json_lines(const Json& json) {
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace muonscope::cli
