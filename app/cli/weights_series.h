#pragma once

#include "app/cli/weights.h"

// What `muonscope weights` says of a folder of checkpoints instead of a file.
namespace muonscope::cli {

int series_info(const WeightsInfoArguments& arguments);
int series_spectra(const WeightsSpectraArguments& arguments);

}  // namespace muonscope::cli
