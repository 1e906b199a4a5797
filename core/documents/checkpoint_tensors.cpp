#include "core/documents/checkpoint_tensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/base/near_names.h"

namespace muonscope {
namespace {

std::string lane_place(std::size_t place) {
    return fmt::format("lanes.{}.", place);
}

std::string optimizer_place(const std::string& lane, std::size_t phase, int layer) {
    return fmt::format("{}phases.{}.{}.", lane, phase, layer);
}

}  // namespace

CheckpointTensors::CheckpointTensors(const SessionState& state) {
    for (std::size_t i = 0; i < state.lanes.size(); ++i) add_lane(lane_place(i), state.lanes[i]);
}

void CheckpointTensors::add_lane(const std::string& place, const SessionState::LaneState& lane) {
    add(place + "weights", lane.now.weights);
    add_phases(place, lane.now);
    add(place + "newest.gradients", lane.newest.gradients);
    add(place + "newest.updates", lane.newest.updates);
    add_own(place + "history.steps", {lane.history.steps.begin(), lane.history.steps.end()});
    add(place + "history.values", lane.history.values);
    add(place + "history.ranges", lane.history.ranges);
    const Followed& followed = lane.now.followed;
    std::vector<double> all;
    for (const std::span<const double> part :
         {followed.now(), followed.before(), followed.low(), followed.high()})
        all.insert(all.end(), part.begin(), part.end());
    add_own(place + "followed", std::move(all));
    add_own(place + "loss_before", {lane.now.loss_before});
    if (lane.measured.step >= 0) add(place + "measured", lane.measured.values);
    if (lane.sound.step >= 0) add(place + "sound", lane.sound.values);
    add(place + "sound.weights", lane.sound_weights);
    if (lane.looked.step >= 0) add(place + "looked", lane.looked.values);
}

void CheckpointTensors::add_phases(const std::string& place, const Lane::State& lane) {
    for (std::size_t p = 0; p < lane.trained.size(); ++p) {
        const Lane::State::Trained& trained = lane.trained[p];
        for (std::size_t i = 0; i < trained.layers.size(); ++i) {
            const std::string name = optimizer_place(place, p, trained.layers[i]);
            const LayerOptimizer::State& state = trained.optimizers[i];
            add_own(name + "numbers",
                    {state.newest_rate, state.momentum_unit, state.momentum_bias});
            add(name + "momentum", state.momentum);
            add(name + "own", state.own);
        }
    }
}

void CheckpointTensors::add(const std::string& name, const Matrix& matrix) {
    if (matrix.size() == 0) return;
    tensors_.push_back(
        {name,
         {static_cast<std::uint64_t>(matrix.rows()), static_cast<std::uint64_t>(matrix.cols())},
         &tensor_type("F64"),
         values_from(matrix)});
}

void CheckpointTensors::add(const std::string& name, const std::vector<Matrix>& matrices) {
    for (std::size_t i = 0; i < matrices.size(); ++i)
        add(fmt::format("{}.{}", name, i + 1), matrices[i]);
}

void CheckpointTensors::add(const std::string& name, const std::vector<double>& numbers) {
    if (numbers.empty()) return;
    tensors_.push_back(
        {name, {numbers.size()}, &tensor_type("F64"), values_from(std::span(numbers))});
}

void CheckpointTensors::add_own(const std::string& name, std::vector<double> numbers) {
    own_.push_back(std::move(numbers));
    add(name, own_.back());
}

CheckpointReader::CheckpointReader(const TensorFile& file) : file_(file) {
    for (const TensorEntry& entry : file.entries()) by_name_.emplace(entry.name, &entry);
}

void CheckpointReader::refuse(const std::string& name, const std::string& what) const {
    throw Error(in_quotes(file_.path(), 200), "its tensor " + in_quotes(name) + " " + what,
                "use a file that Muonscope saved");
}

const TensorEntry* CheckpointReader::find(const std::string& name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
}

std::vector<double> CheckpointReader::values(const TensorEntry& entry) const {
    if (entry.type_name != "F64") refuse(entry.name, "is not of F64");
    std::vector<double> values(entry.values());
    file_.read(entry, std::span(values));
    return values;
}

std::vector<double> CheckpointReader::numbers(const std::string& name) const {
    const TensorEntry* entry = find(name);
    return entry == nullptr ? std::vector<double>() : values(*entry);
}

std::vector<double> CheckpointReader::exactly(const std::string& name, std::size_t count) const {
    std::vector<double> found = numbers(name);
    if (found.size() != count)
        refuse(name, fmt::format("holds {} numbers, not {}", found.size(), count));
    return found;
}

std::vector<std::int64_t> CheckpointReader::steps(const std::string& name) const {
    std::vector<std::int64_t> steps;
    for (const double step : numbers(name)) {
        if (!(step >= 0 && step <= 1e15)) refuse(name, "holds what is no step");
        steps.push_back(static_cast<std::int64_t>(step));
    }
    return steps;
}

Matrix CheckpointReader::matrix(const std::string& name) const {
    const TensorEntry* entry = find(name);
    if (entry == nullptr) return {};
    if (entry->shape.size() != 2) refuse(name, "is no matrix");
    const std::vector<double> by_rows = values(*entry);
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    return Eigen::Map<const RowMajor>(by_rows.data(), static_cast<Eigen::Index>(entry->rows()),
                                      static_cast<Eigen::Index>(entry->columns()));
}

std::vector<Matrix> CheckpointReader::matrices(const std::string& name, std::size_t count) const {
    std::vector<Matrix> matrices;
    for (std::size_t i = 1; i <= count; ++i)
        matrices.push_back(matrix(fmt::format("{}.{}", name, i)));
    return matrices;
}

std::size_t CheckpointReader::matrices_there(const std::string& name) const {
    std::size_t count = 0;
    while (find(fmt::format("{}.{}", name, count + 1)) != nullptr) ++count;
    return count;
}

Followed CheckpointReader::followed(const std::string& name, std::int64_t row) const {
    const std::vector<double> all = numbers(name);
    if (all.size() % 4 != 0) refuse(name, "is not four rows of one length");
    const std::size_t count = all.size() / 4;
    const auto part = [&](std::size_t at) {
        return all.begin() + static_cast<std::ptrdiff_t>(at * count);
    };
    Followed followed(count);
    std::copy_n(part(1), count, followed.now().begin());
    followed.complete(followed.row());  // is what was before now, and widens nothing
    followed.begin_after(row);
    std::copy_n(part(0), count, followed.now().begin());
    std::copy_n(part(2), count, followed.low().begin());
    std::copy_n(part(3), count, followed.high().begin());
    return followed;
}

void CheckpointReader::read_phases(const std::string& place, Lane::State& lane) const {
    for (std::size_t p = 0; p < lane.trained.size(); ++p) {
        Lane::State::Trained& trained = lane.trained[p];
        for (std::size_t i = 0; i < trained.optimizers.size(); ++i) {
            const std::string name = optimizer_place(place, p, trained.layers[i]);
            LayerOptimizer::State& state = trained.optimizers[i];
            const std::vector<double> found = exactly(name + "numbers", 3);
            state.newest_rate = found[0];
            state.momentum_unit = found[1];
            state.momentum_bias = found[2];
            state.momentum = matrix(name + "momentum");
            state.own = matrices(name + "own", matrices_there(name + "own"));
        }
    }
}

void CheckpointReader::read(std::size_t place, SessionState::LaneState& lane) const {
    const std::string name = lane_place(place);
    const std::size_t layers = matrices_there(name + "weights");
    lane.now.weights = matrices(name + "weights", layers);
    read_phases(name, lane.now);
    lane.newest.gradients = matrices(name + "newest.gradients", layers);
    lane.newest.updates = matrices(name + "newest.updates", layers);
    lane.history.steps = steps(name + "history.steps");
    lane.history.values = numbers(name + "history.values");
    lane.history.ranges = numbers(name + "history.ranges");
    lane.now.followed = followed(name + "followed", lane.now.followed.row());
    lane.now.loss_before = exactly(name + "loss_before", 1).front();
    lane.measured.values = numbers(name + "measured");
    lane.sound.values = numbers(name + "sound");
    if (lane.sound.step >= 0) lane.sound_weights = matrices(name + "sound.weights", layers);
    lane.looked.values = numbers(name + "looked");
}

}  // namespace muonscope
