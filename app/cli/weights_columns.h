#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/weights/spectrum_summary.h"
#include "core/weights/tensor_spectrum.h"

// What the tables and the JSON of `muonscope weights` say of a spectrum.
namespace muonscope::cli {

// Four digits; "-" for NaN.
std::string number_cell(double value);
// Names and values of the columns from s1 to tail.
std::vector<std::string> summary_heading();
std::vector<std::string> summary_cells(const SpectrumSummary& summary);
// Into `json`: shape and sums, and where asked every value.
void put_spectrum(nlohmann::ordered_json& json, const MatrixShape& shape,
                  const SpectrumSummary& summary, const Vector* values);
// Indented; what is no text of UTF-8 in it is replaced.
std::string json_lines(const nlohmann::ordered_json& json);

}  // namespace muonscope::cli
