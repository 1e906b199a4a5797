#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/drawing.h"
#include "core/study/where.h"

// A study's differences as one figure: a line each with its mean and its interval.
namespace muonscope {

struct Forest {
    struct Row {
        std::string label;
        double mean = 0;
        MeanInterval interval = {};  // NaN: none
        std::string note;            // at the right
    };
    std::string title, axis, below;
    bool in_percent = false;
    std::vector<Row> rows;
};

// The compared differences of one metric, by setting.
Forest forest_of(const Study& study, const StudyReport& report, std::size_t metric);
// What Muon is worth on each group of matrices, by setting.
Forest forest_of(const Study& study, std::span<const MatrixGain> gains, std::size_t metric);

// As wide as two columns of a page, 170 mm. A filled dot's interval leaves out zero. Rows without
// a number say so in their note.
Drawing drawing_of(const Forest& forest);

}  // namespace muonscope
