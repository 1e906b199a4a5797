#include "core/experiment/stream_draws.h"

namespace muonscope {

Matrix Draws::normal_matrix(Eigen::Index rows, Eigen::Index cols, std::uint64_t index) {
    switch (stream_) {
        case Stream::own:
            break;
        case Stream::torch_cpu:
            return cpu_.normal_matrix(rows, cols);
        case Stream::torch_cuda:
            return cuda_.normal_matrix(rows, cols);
    }
    return Generator(seed_, purpose_, index).normal_matrix(rows, cols);
}

Matrix Draws::samples(Eigen::Index in, Eigen::Index n, std::uint64_t index) {
    if (stream_ == Stream::own) return normal_matrix(in, n, index);
    return normal_matrix(n, in).transpose();
}

}  // namespace muonscope
