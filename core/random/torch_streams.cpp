#include "core/random/torch_streams.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "core/base/elementary.h"
#include "core/base/error.h"

namespace muonscope {

namespace {

constexpr std::uint64_t threads_a_block = 256;
// Thread blocks that were resident at once on the device of the published runs. Draws of up to
// 480 * 256 numbers do not depend on it.
constexpr std::uint64_t most_blocks = 480;
constexpr std::uint64_t words_a_call = 4;

Matrix row_by_row(const std::vector<double>& numbers, Eigen::Index rows, Eigen::Index cols) {
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    return Eigen::Map<const RowMajor>(numbers.data(), rows, cols);
}

std::uint32_t low(std::uint64_t word) {
    return static_cast<std::uint32_t>(word);
}
std::uint32_t high(std::uint64_t word) {
    return static_cast<std::uint32_t>(word >> 32);
}

}  // namespace

double TorchCpu::uniform() {
    const std::uint64_t first = twister_();
    const std::uint64_t bits = first << 32 | twister_();
    return static_cast<double>(bits & ((std::uint64_t{1} << 53) - 1)) * 0x1p-53;
}

Matrix TorchCpu::normal_matrix(Eigen::Index rows, Eigen::Index cols) {
    constexpr std::size_t block = 16, half = block / 2;
    const std::size_t count = rows * cols;
    if (count % block != 0)
        throw Error(
            "stream torch_cpu",
            fmt::format("a {} x {} matrix has {} entries, not a multiple of 16", rows, cols, count),
            "choose widths whose product is one, or another stream");
    std::vector<double> numbers(count);
    for (double& number : numbers) number = uniform();
    for (std::size_t from = 0; from < count; from += block)
        for (std::size_t i = from; i < from + half; ++i) {
            const double radius = std::sqrt(-2 * elementary::log(1 - numbers[i]));
            const double angle = 2 * std::numbers::pi * numbers[i + half];
            numbers[i] = radius * elementary::cos(angle);
            numbers[i + half] = radius * elementary::sin(angle);
        }
    return row_by_row(numbers, rows, cols);
}

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key) {
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0];
        const std::uint64_t b = std::uint64_t{0xCD9E8D57} * counter[2];
        counter = {high(b) ^ counter[1] ^ key[0], low(b), high(a) ^ counter[3] ^ key[1], low(a)};
        key[0] += 0x9E3779B9;
        key[1] += 0xBB67AE85;
    }
    return counter;
}

Matrix TorchCuda::normal_matrix(Eigen::Index rows, Eigen::Index cols) {
    const auto count = static_cast<std::uint64_t>(rows * cols);
    const std::uint64_t blocks =
        std::min((count + threads_a_block - 1) / threads_a_block, most_blocks);
    const std::uint64_t threads = blocks * threads_a_block;
    std::vector<double> numbers(count);
    std::uint64_t call = offset_ / words_a_call;
    for (std::uint64_t base = 0; base < count; base += 2 * threads, ++call)
        for (std::uint64_t thread = 0; thread < threads; ++thread) {
            if (base + thread >= count) break;
            const auto words = philox4x32({low(call), high(call), low(thread), high(thread)},
                                          {low(seed_), high(seed_)});
            const auto joined = [&](std::size_t i) {
                return words[i] ^ (std::uint64_t{words[i + 1]} << 21);
            };
            const double u = static_cast<double>(joined(0)) * 0x1p-53 + 0x1p-54;
            const double v = static_cast<double>(joined(2)) * 0x1p-52 + 0x1p-53;
            const double radius = std::sqrt(-2 * elementary::log(u));
            numbers[base + thread] = elementary::sin_pi(v) * radius;
            if (base + threads + thread < count)
                numbers[base + threads + thread] = elementary::cos_pi(v) * radius;
        }
    // PyTorch sets aside what four numbers a thread and call would take, although float64 makes two
    // of a call: a draw of more than one call overlaps with the next draw.
    offset_ += ((count - 1) / (4 * threads) + 1) * words_a_call;
    return row_by_row(numbers, rows, cols);
}

}  // namespace muonscope
