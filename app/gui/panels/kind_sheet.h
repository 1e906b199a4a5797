#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/gui/plots/axes.h"
#include "app/gui/plots/chart.h"
#include "core/experiment/spec.h"

// A map of a model's matrices: what they do down, where they stand across.
namespace muonscope::gui {

struct KindSheet {
    struct Place {
        int row = 0, column = 0;

        bool operator==(const Place&) const = default;
    };
    std::vector<std::string> rows, columns;
    std::vector<Place> places;  // by matrix

    int matrix_at(Place place) const;            // by number from 1; 0: none stands there
    int row_called(const std::string& name);     // a new one below where there is none yet
    int column_called(const std::string& name);  // likewise, to the right
    Matrix empty() const;                        // NaN everywhere
};
// Of a transformer: kinds, and "outside" beside the blocks; of a chain: its layers side by side.
KindSheet kind_sheet(const Experiment& experiment);

// Axes with the names of rows and columns, no mark yet.
plots::Chart chart_of(const KindSheet& sheet);
KindSheet::Place cell_under_mouse(const plots::Axes& axes);
// What each value says, where a square has room for it, light or dark as its ground asks.
void write_in_cells(const plots::Axes& axes, const Matrix& values,
                    const std::function<std::string(double)>& text,
                    const std::function<ImVec4(double)>& ground);

}  // namespace muonscope::gui
