#include "core/weights/edit_stack.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/error.h"
#include "core/base/split.h"
#include "core/formats/files.h"
#include "core/linalg/matrix_product.h"
#include "core/linalg/orthogonaliser.h"
#include "core/linalg/reductions.h"
#include "core/random/generator.h"
#include "core/weights/random_vectors.h"
#include "core/weights/selection.h"

namespace muonscope {

namespace {

using Index = Eigen::Index;

// Places of the values, largest first; equal ones in their order.
std::vector<Index> ranking(const Vector& values) {
    std::vector<Index> places(static_cast<std::size_t>(values.size()));
    std::iota(places.begin(), places.end(), 0);
    std::stable_sort(places.begin(), places.end(),
                     [&](Index a, Index b) { return values(a) > values(b); });
    return places;
}

Vector in_order(const Vector& values, const std::vector<Index>& places) {
    Vector sorted(values.size());
    for (Index k = 0; k < values.size(); ++k)
        sorted(k) = values(places[static_cast<std::size_t>(k)]);
    return sorted;
}

Matrix product_of(const ThinSvd& factors, const Vector& values) {
    Matrix left = factors.u * values.asDiagonal();
    Matrix result(factors.u.rows(), factors.v.rows());
    MatrixProduct<double>().multiply(left, factors.v.transpose(), result);
    return result;
}

double share(double part, double whole) {
    return whole > 0 ? part / whole : 1;
}

Index count_changed(const Vector& before, const Vector& after) {
    return (before.array() != after.array()).count();
}

// New vectors for what the stack has come to; what it was is `before`.
ThinSvd with_new_vectors(const WeightEdit& edit, const Matrix& before, const Vector& values) {
    if (edit.kind == EditKind::noise) {
        const auto seed = static_cast<std::uint64_t>(edit.amount);
        Generator left(seed, Purpose::random_matrices, 1), right(seed, Purpose::random_matrices, 2);
        const Index rank = values.size();
        return {random_vectors(left, before.rows(), rank), values,
                random_vectors(right, before.cols(), rank)};
    }
    Orthogonaliser orthogonaliser(before.rows(), before.cols(), edit.engine);
    Matrix result(before.rows(), before.cols());
    orthogonaliser.orthogonalise(before, result);
    ThinSvd svd = tensor_svd(result);
    svd.s *= norm_factor(edit.norm, values, svd.s);
    return svd;
}

void replace_vectors(const WeightEdit& edit, const std::function<ThinSvd()>& factors,
                     EditedTensor& tensor, EditEffect& effect) {
    const ThinSvd now = tensor.replaced ? *tensor.replaced : factors();
    const Matrix before = product_of(now, tensor.values);
    const double size = norm(tensor.values);
    tensor.replaced = with_new_vectors(edit, before, tensor.sorted());
    effect.changed = tensor.values.size();
    effect.energy = share(sum_of_squares(tensor.replaced->s), size * size);
    effect.change =
        share(norm(Matrix(product_of(*tensor.replaced, tensor.replaced->s) - before)), size);
    tensor.values = tensor.replaced->s;
}

void change_values(const WeightEdit& edit, const MatrixShape& shape, EditedTensor& tensor,
                   EditEffect& effect) {
    const std::vector<Index> places = ranking(tensor.values);
    const Vector before = in_order(tensor.values, places);
    const Vector after = edited_values(edit, before, shape.rows, shape.cols);
    const double size = norm(before);
    effect.changed = count_changed(before, after);
    effect.energy = share(sum_of_squares(after), size * size);
    effect.change = share(norm(Vector(after - before)), size);
    for (Index k = 0; k < after.size(); ++k)
        tensor.values(places[static_cast<std::size_t>(k)]) = after(k);
}

}  // namespace

bool acts_on(const WeightEdit& edit, std::string_view name) {
    return !edit.muted && Selection(edit.target).has(name);
}

bool acts_on(std::span<const WeightEdit> stack, std::string_view name) {
    return std::any_of(stack.begin(), stack.end(),
                       [&](const WeightEdit& edit) { return acts_on(edit, name); });
}

bool acts(std::span<const WeightEdit> stack) {
    return std::any_of(stack.begin(), stack.end(),
                       [](const WeightEdit& edit) { return !edit.muted; });
}

Vector EditedTensor::sorted() const {
    return in_order(values, ranking(values));
}

EditedTensor edited(std::span<const WeightEdit> stack, std::string_view name,
                    const MatrixShape& shape, const Vector& values,
                    const std::function<ThinSvd()>& factors) {
    EditedTensor tensor{values, std::nullopt, {}};
    const std::size_t end = end_of_new_vectors(stack, name);
    for (std::size_t i = 0; i < end; ++i) {
        if (!acts_on(stack[i], name)) continue;
        EditEffect& effect = tensor.effects.emplace_back();
        effect.edit = i;
        if (keeps_vectors(stack[i]))
            change_values(stack[i], shape, tensor, effect);
        else
            replace_vectors(stack[i], factors, tensor, effect);
    }
    edit_further(stack, end, name, shape, tensor);
    return tensor;
}

std::size_t end_of_new_vectors(std::span<const WeightEdit> stack, std::string_view name) {
    std::size_t end = stack.size();
    while (end > 0 && (keeps_vectors(stack[end - 1]) || !acts_on(stack[end - 1], name))) --end;
    return end;
}

void edit_further(std::span<const WeightEdit> stack, std::size_t first, std::string_view name,
                  const MatrixShape& shape, EditedTensor& tensor) {
    for (std::size_t i = first; i < stack.size(); ++i) {
        if (!acts_on(stack[i], name)) continue;
        EditEffect& effect = tensor.effects.emplace_back();
        effect.edit = i;
        change_values(stack[i], shape, tensor, effect);
    }
}

Matrix edited_matrix(const Matrix& matrix, const ThinSvd& factors, const EditedTensor& edited) {
    if (edited.replaced) return product_of(*edited.replaced, edited.values);
    std::vector<Index> changed;
    for (Index k = 0; k < factors.s.size(); ++k)
        if (edited.values(k) != factors.s(k)) changed.push_back(k);
    if (changed.empty()) return matrix;
    const auto count = static_cast<Index>(changed.size());
    Matrix left(matrix.rows(), count), right(matrix.cols(), count);
    for (Index i = 0; i < count; ++i) {
        const Index k = changed[static_cast<std::size_t>(i)];
        left.col(i) = (edited.values(k) - factors.s(k)) * factors.u.col(k);
        right.col(i) = factors.v.col(k);
    }
    Matrix result(matrix.rows(), matrix.cols());
    MatrixProduct<double>().combine(1, left, right.transpose(), 1, matrix, result);
    return result;
}

EditedMatrix edited_matrix(std::span<const WeightEdit> stack, std::string_view name,
                           const Matrix& matrix) {
    ThinSvd factors = tensor_svd(matrix);
    EditedTensor after =
        edited(stack, name, {matrix.rows(), matrix.cols()}, factors.s, [&] { return factors; });
    return {edited_matrix(matrix, factors, after), std::move(after.effects)};
}

std::vector<WeightEdit> stack_in(std::string_view text, const std::string& source) {
    std::vector<WeightEdit> stack;
    std::size_t number = 0;
    for (std::string_view line : split(text, '\n')) {
        ++number;
        line = line.substr(0, line.find('#'));
        while (!line.empty() && (line.back() == ' ' || line.back() == '\r' || line.back() == '\t'))
            line.remove_suffix(1);
        while (!line.empty() && (line.front() == ' ' || line.front() == '\t'))
            line.remove_prefix(1);
        if (line.empty()) continue;
        try {
            stack.push_back(edit_in(line));
            static_cast<void>(Selection(stack.back().target));
        } catch (const Error& error) {
            throw Error(fmt::format("{}, line {}", source, number), error.what(),
                        "mend the line or take it out");
        }
    }
    return stack;
}

std::vector<WeightEdit> read_stack(const std::string& path) {
    constexpr std::size_t largest = std::size_t{1} << 20;  // bytes
    return stack_in(read_file(path, largest), path);
}

std::string text_of(std::span<const WeightEdit> stack) {
    std::string text;
    for (const WeightEdit& edit : stack) text += text_of(edit) + "\n";
    return text;
}

}  // namespace muonscope
