#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/experiment/published/experiment.h"
#include "core/session/reproduction.h"

namespace muonscope::cli {

// What `muonscope reproduce` does once it knows the experiments: progress, table, file, exit code.
struct ReproducePlan {
    std::vector<PublishedExperiment> experiments;
    std::uint64_t seed = 0;           // 0: held against published_text
    std::string_view published_text;  // published.json
    std::string json;                 // empty: print only; -: in place of the table
    int workers = 1;
    bool quiet = false;
};
int reproduce(const ReproducePlan& plan);

// The figures of each experiment in fixed columns; with verdicts where they are `judged`.
std::string reproduction_table(const std::vector<Reproduction::Progress>& experiments, bool judged);

}  // namespace muonscope::cli
