#pragma once

#include <functional>
#include <span>

#include "core/experiment/parameters.h"

namespace muonscope {

// One row of the table: what a parameter is, and where in its owner it lives.
template <class Owner>
struct Field {
    Parameter parameter;
    std::function<Value(const Owner&)> read;
    std::function<void(Owner&, const Value&)> write;  // of a value that checked() has passed
};

// In the order of JSON files; a field that pulls others along stands before them.
std::span<const Field<Experiment>> experiment_fields();
std::span<const Field<OptimizerSpec>> optimizer_fields();
const Parameter& lane_name_parameter();

}  // namespace muonscope
