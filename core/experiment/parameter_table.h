#pragma once

#include <span>

#include "core/experiment/parameter_row.h"

namespace muonscope {

// One parameter: what it is, and where in its owner it lives.
template <class Owner>
struct Field {
    Parameter parameter;
    Row<Owner> row;

    Value read(const Owner& owner) const { return row.read(owner, parameter); }
    // Of a value that checked() has passed; pulls along what the parameter does.
    void write(Owner& owner, const Value& value) const {
        if (!row.follow) return row.write(owner, value, parameter);
        const Owner before = owner;
        row.write(owner, value, parameter);
        row.follow(owner, before);
    }
    bool applies(const Owner& owner) const;  // turning it would do something
    bool rare(const Owner& owner) const { return row.is_rare && row.is_rare(owner); }
};

// The table as it is written. Between the two of optimisers stand the numbers that one kind alone
// has.
std::span<const Row<Experiment>> rows_of_the_experiment();
std::span<const Row<OptimizerSpec>> first_rows_of_optimizers();
std::span<const Row<OptimizerSpec>> last_rows_of_optimizers();

// In the order of JSON files; a field that pulls others along stands before them.
std::span<const Field<Experiment>> experiment_fields();
std::span<const Field<OptimizerSpec>> optimizer_fields();
const Parameter& lane_name_parameter();

// Whether files have it: numbers that one kind alone has are written for that kind only, and so is
// what one model alone has.
bool is_written(const Experiment& experiment, const Field<Experiment>& field);
bool is_written(const OptimizerSpec& spec, const Field<OptimizerSpec>& field);

}  // namespace muonscope
