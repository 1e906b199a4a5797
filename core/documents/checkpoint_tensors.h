#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/formats/tensor_file.h"
#include "core/formats/tensor_writer.h"
#include "core/session/session_state.h"

namespace muonscope {

// The numbers of a session's state as tensors of a file.
class CheckpointTensors {
  public:
    explicit CheckpointTensors(const SessionState& state);  // which outlives it
    CheckpointTensors(const CheckpointTensors&) = delete;

    const std::vector<WrittenTensor>& tensors() const { return tensors_; }

  private:
    void add_lane(const std::string& place, const SessionState::LaneState& lane);
    void add_phases(const std::string& place, const Lane::State& lane);
    void add(const std::string& name, const Matrix& matrix);  // nothing where it is empty
    void add(const std::string& name, const std::vector<Matrix>& matrices);
    void add(const std::string& name, const std::vector<double>& numbers);
    void add_own(const std::string& name, std::vector<double> numbers);

    std::vector<WrittenTensor> tensors_;
    std::deque<std::vector<double>> own_;  // what stands nowhere else
};

// The other way. Throws Error where a tensor is missing or is no list or matrix of F64.
class CheckpointReader {
  public:
    explicit CheckpointReader(const TensorFile& file);  // which outlives it
    // `lane` has what is no matrix: which layers each phase trained, and the steps of its rows.
    void read(std::size_t place, SessionState::LaneState& lane) const;

  private:
    [[noreturn]] void refuse(const std::string& name, const std::string& what) const;
    const TensorEntry* find(const std::string& name) const;      // nullptr: there is none
    std::vector<double> values(const TensorEntry& entry) const;  // row by row
    std::vector<double> numbers(const std::string& name) const;  // empty where there is none
    std::vector<double> exactly(const std::string& name, std::size_t count) const;
    std::vector<std::int64_t> steps(const std::string& name) const;
    Matrix matrix(const std::string& name) const;  // likewise
    std::vector<Matrix> matrices(const std::string& name, std::size_t count) const;
    std::size_t matrices_there(const std::string& name) const;  // as many as follow each other
    Followed followed(const std::string& name, std::int64_t row) const;
    void read_phases(const std::string& place, Lane::State& lane) const;

    const TensorFile& file_;
    std::unordered_map<std::string_view, const TensorEntry*> by_name_;
};

}  // namespace muonscope
