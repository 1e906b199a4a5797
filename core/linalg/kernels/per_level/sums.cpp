// Sums in one fixed order (kernels.h): sixteen partial sums in as many registers as they fill.

#include "core/linalg/kernels/per_level/vectors.h"

namespace muonscope::MUONSCOPE_AT {
namespace {

constexpr int partial_sums = 16;
constexpr int registers = partial_sums / width<double>;
using Doubles = Vec<double>;

// The second half of the entries onto the first, until one is left.
double halved(double* entries, int count) {
    for (int half = count / 2; half > 0; half /= 2)
        for (int i = 0; i < half; ++i) entries[i] += entries[i + half];
    return entries[0];
}

Doubles load_doubles(const double* from) {
    return load<Doubles>(from);
}
Doubles load_doubles(const float* from) {
    return __builtin_convertvector(load<Pack<float, width<double>>>(from), Doubles);
}

// term(registers of each array) summed over the arrays; what is missing at the end is 0, and so is
// its term.
template <typename T, typename Term, typename... Arrays>
MUONSCOPE_INLINE double sum_of(const Term& term, Size count, const Arrays*... arrays) {
    Doubles sums[registers] = {};
    const auto add = [&](const Arrays*... at) {
        repeat<registers>(
            [&](auto r) { sums[r] += term(load_doubles(at + r * width<double>)...); });
    };
    Size i = 0;
    for (; i + partial_sums <= count; i += partial_sums) add((arrays + i)...);
    if (i < count) {
        T rest[sizeof...(Arrays)][partial_sums] = {};
        int a = 0;
        const auto keep = [&](const T* array) {
            for (Size k = i; k < count; ++k) rest[a][k - i] = array[k];
            return rest[a++];
        };
        // In the order of the arrays, as braces are.
        const T* const kept[] = {keep(arrays)...};
        if constexpr (sizeof...(Arrays) == 1)
            add(kept[0]);
        else
            add(kept[0], kept[1]);
    }
    double entries[partial_sums];
    repeat<registers>([&](auto r) { store(sums[r], entries + r * width<double>); });
    return halved(entries, partial_sums);
}

double sum(const double* x, Size count) {
    return sum_of<double>([](Doubles a) { return a; }, count, x);
}
double sum_of_squares(const double* x, Size count) {
    return sum_of<double>([](Doubles a) { return a * a; }, count, x);
}
double sum_of_float_squares(const float* x, Size count) {
    return sum_of<float>([](Doubles a) { return a * a; }, count, x);
}
double dot(const double* x, const double* y, Size count) {
    return sum_of<double>([](Doubles a, Doubles b) { return a * b; }, count, x, y);
}
double dot_of_floats(const float* x, const float* y, Size count) {
    return sum_of<float>([](Doubles a, Doubles b) { return a * b; }, count, x, y);
}

// 0 x is 0 for a finite x and else not a number.
bool are_finite(const double* x, Size count) {
    return sum_of<double>([](Doubles a) { return a * 0.0; }, count, x) == 0;
}
bool sums_are_finite(const double* x, const double* y, Size count) {
    return sum_of<double>([](Doubles a, Doubles b) { return (a + b) * 0.0; }, count, x, y) == 0;
}

// ---- Householder's bidiagonalisation ----

constexpr int rows_at_once = 8;
constexpr int row_registers = rows_at_once / width<double>;
// So that the partial sums of as many columns stay in registers.
constexpr int cols_at_once = vector_bytes > 16 ? 4 : 2;

template <int cols>
void update_and_project(const ReflectionTask& task, Size first) {
    Doubles sums[cols * row_registers] = {};
    double* const columns = task.columns + first * task.stride;
    Doubles c[cols], d[cols];
    repeat<cols>([&](auto j) {
        c[j] = all(task.c[first + j]);
        d[j] = all(task.d[first + j]);
    });
    for (Size i = task.begin; i < task.end; i += rows_at_once)
        repeat<row_registers>([&](auto r) {
            const Size row = i + r * width<double>;
            const Doubles u = load<Doubles>(task.u + row), z = load<Doubles>(task.z + row),
                          next = load<Doubles>(task.next + row);
            repeat<cols>([&](auto j) {
                double* const at = columns + j * task.stride + row;
                const Doubles value = load<Doubles>(at) - c[j] * u - d[j] * z;
                store(value, at);
                sums[j * row_registers + r] += next * value;
            });
        });
    repeat<cols>([&](auto j) {
        double entries[rows_at_once];
        repeat<row_registers>(
            [&](auto r) { store(sums[j * row_registers + r], entries + r * width<double>); });
        task.c[first + j] = halved(entries, rows_at_once);
    });
}

void update_and_project(const ReflectionTask& task) {
    Size j = 0;
    for (; j + cols_at_once <= task.cols; j += cols_at_once)
        update_and_project<cols_at_once>(task, j);
    for (; j < task.cols; ++j) update_and_project<1>(task, j);
}

template <int cols>
void add_some_columns(const double* columns, Size stride, const double* v, Size begin, Size end,
                      double* z) {
    Doubles factors[cols];
    repeat<cols>([&](auto j) { factors[j] = all(v[j]); });
    for (Size i = begin; i < end; i += width<double>) {
        Doubles sum = load<Doubles>(z + i);
        repeat<cols>([&](auto j) { sum += factors[j] * load<Doubles>(columns + j * stride + i); });
        store(sum, z + i);
    }
}

void add_columns(const double* columns, Size stride, Size cols, const double* v, Size begin,
                 Size end, double* z) {
    constexpr int at_once = 4;
    Size j = 0;
    for (; j + at_once <= cols; j += at_once)
        add_some_columns<at_once>(columns + j * stride, stride, v + j, begin, end, z);
    for (; j < cols; ++j) add_some_columns<1>(columns + j * stride, stride, v + j, begin, end, z);
}

}  // namespace

void add_sums(Kernels& table) {
    table.sum = sum;
    table.sum_of_squares = sum_of_squares;
    table.sum_of_float_squares = sum_of_float_squares;
    table.dot = dot;
    table.dot_of_floats = dot_of_floats;
    table.are_finite = are_finite;
    table.sums_are_finite = sums_are_finite;
    table.update_and_project = update_and_project;
    table.add_columns = add_columns;
}

}  // namespace muonscope::MUONSCOPE_AT
