#include "app/cli/matrix_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include "app/cli/number_in.h"
#include "core/base/elementary.h"
#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/base/split.h"
#include "core/random/generator.h"
#include "core/weights/tensor_reference.h"

namespace muonscope::cli {
namespace {

constexpr long longest_side = 4096;
constexpr const char* forms =
    "write FILE.npy, FILE#TENSOR, gaussian:ROWSxCOLS, spectrum:exponential:R:ROWSxCOLS, "
    "spectrum:power:A:ROWSxCOLS or spectrum:S1,S2,…:ROWSxCOLS";

struct AskedShape {
    Eigen::Index rows, cols;
};

AskedShape shape_in(std::string_view text, const std::string& source) {
    const std::vector<std::string_view> sides = split(text, 'x');
    if (sides.size() != 2)
        throw Error(in_quotes(source), in_quotes(text) + " is not a shape",
                    "write ROWSxCOLS, for example 64x32");
    return {whole_number_in(sides[0], in_quotes(source), 1, longest_side),
            whole_number_in(sides[1], in_quotes(source), 1, longest_side)};
}

Vector values_in(const std::vector<std::string_view>& parts, Eigen::Index count,
                 const std::string& source) {
    Vector values = Vector::Zero(count);
    const std::string where = in_quotes(source);
    if (parts.size() == 4) {
        const bool power = parts[1] == "power";
        if (!power && parts[1] != "exponential")
            throw Error(where, in_quotes(parts[1]) + " is not a kind of spectrum",
                        "choose exponential or power, or give the values");
        const double number =
            power ? number_in(parts[2], where, 0, 20) : number_in(parts[2], where, 1e-6, 1);
        for (Eigen::Index k = 0; k < count; ++k)
            values(k) = power ? elementary::pow(static_cast<double>(k + 1), -number)
                              : elementary::pow(number, static_cast<double>(k));
        return values;
    }
    const std::vector<std::string_view> given = split(parts[1], ',');
    if (static_cast<Eigen::Index>(given.size()) > count)
        throw Error(where, fmt::format("gives {} singular values", given.size()),
                    fmt::format("this shape has {}", count));
    for (std::size_t k = 0; k < given.size(); ++k)
        values(static_cast<Eigen::Index>(k)) = number_in(given[k], where, 0, 1e30);
    return values;
}

Matrix with_spectrum(const Vector& values, AskedShape shape, std::uint64_t seed) {
    return Generator(seed, Purpose::target).orthogonal_matrix(shape.rows, values.size()) *
           values.asDiagonal() *
           Generator(seed, Purpose::start).orthogonal_matrix(values.size(), shape.cols);
}

}  // namespace

Matrix matrix_from(const std::string& source, std::uint64_t seed) {
    std::error_code fault;
    const std::vector<std::string_view> parts = split(source, ':');
    // A tensor's name, or an edit behind it, may hold colons too.
    const std::string path = source.substr(0, source.find('#'));
    if (parts.size() == 1 || std::filesystem::exists(source, fault) ||
        (path.size() < source.size() && std::filesystem::exists(path, fault)))
        return read_reference(source);
    if (parts[0] == "gaussian" && parts.size() == 2) {
        const AskedShape shape = shape_in(parts[1], source);
        return Generator(seed, Purpose::target).normal_matrix(shape.rows, shape.cols);
    }
    if (parts[0] == "spectrum" && (parts.size() == 3 || parts.size() == 4)) {
        const AskedShape shape = shape_in(parts.back(), source);
        return with_spectrum(values_in(parts, std::min(shape.rows, shape.cols), source), shape,
                             seed);
    }
    const std::array<std::string, 2> kinds{"gaussian", "spectrum"};
    const std::string near = did_you_mean(parts[0], kinds);
    throw Error(in_quotes(source), "is neither an existing file nor a matrix that can be made",
                near.empty() || near.find(parts[0]) != std::string::npos
                    ? forms
                    : near + " " + std::string(forms));
}

}  // namespace muonscope::cli
