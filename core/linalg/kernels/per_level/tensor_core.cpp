// Products of bfloat16 matrices as tensor cores sum them. Rows of the result are worked on side by
// side, a vector of them at once, and some vectors together, since their sums do not wait for each
// other.

#include "core/linalg/kernels/per_level/mirror.h"
#include "core/linalg/kernels/per_level/rounding_mode.h"

namespace muonscope::MUONSCOPE_AT {
namespace {

constexpr int lanes = width<float>;
constexpr int group = 8;  // products that are added at once
// Vectors of rows: their sums live in registers, of which plain x86-64 has few.
#if defined(__AVX2__) || defined(__aarch64__)
constexpr int together = 4;
#else
constexpr int together = 2;
#endif
constexpr int least_exponent = -60, most_exponent = 63;
constexpr int bias = 127;      // of a float's exponent
constexpr int kept_bits = 24;  // below the largest exponent
// Exponents of factors are kept as bytes from 0, so that those of products are from twice that.
constexpr int offset = 2 * least_exponent;

using Floats = Pack<float, lanes>;
using Ints = Pack<std::int32_t, lanes>;
using Words = Pack<std::uint32_t, lanes>;
using Quads = Pack<std::uint8_t, 4 * lanes>;

// Of numbers of 16 bits, the greater of which is not negative: there plain x86-64 has an
// instruction.
MUONSCOPE_INLINE Ints larger_short(Ints a, Ints b) {
    using Shorts = Pack<std::int16_t, 2 * lanes>;
    return reinterpret_cast<Ints>(larger(reinterpret_cast<Shorts>(a), reinterpret_cast<Shorts>(b)));
}

// Within the bounds, from 0; of zero the least.
MUONSCOPE_INLINE std::uint8_t bounded_exponent(float x) {
    std::int32_t bits = 0;
    __builtin_memcpy(&bits, &x, sizeof bits);
    const int exponent = (bits >> 23 & 0xff) - bias;
    return static_cast<std::uint8_t>(smaller(larger(exponent, least_exponent), most_exponent) -
                                     least_exponent);
}

// For each lane the largest exponent of eight products, less the offset.
MUONSCOPE_INLINE Ints largest_exponent(const std::uint8_t* left, const std::uint8_t* right) {
    const Quads first = load<Quads>(left) + load<Quads>(right);
    const Quads second = load<Quads>(left + 4 * lanes) + load<Quads>(right + 4 * lanes);
    const Quads of_four = larger(first, second);
#if defined(__x86_64__) && !defined(__AVX2__)
    // A register throughout: its bytes moved down by a half, a quarter, and then spread.
    const auto down = [](Quads x, auto bytes) MUONSCOPE_INLINED {
        return reinterpret_cast<Quads>(
            _mm_srli_si128(reinterpret_cast<__m128i>(x), decltype(bytes)::value));
    };
    const Quads of_two = larger(of_four, down(of_four, Constant<8>{}));
    const Quads largest = larger(of_two, down(of_two, Constant<4>{}));
    const __m128i none = _mm_setzero_si128();
    return reinterpret_cast<Ints>(
        _mm_unpacklo_epi16(_mm_unpacklo_epi8(reinterpret_cast<__m128i>(largest), none), none));
#else
    using Pairs = Pack<std::uint8_t, 2 * lanes>;
    using Bytes = Pack<std::uint8_t, lanes>;
    Pairs halves[2];
    __builtin_memcpy(halves, &of_four, sizeof halves);
    const Pairs of_two = larger(halves[0], halves[1]);
    Bytes quarters[2];
    __builtin_memcpy(quarters, &of_two, sizeof quarters);
    return __builtin_convertvector(larger(quarters[0], quarters[1]), Ints);
#endif
}

// A factor of the right side, for all lanes: repeated in memory where a register cannot be filled
// from one number at once.
#if defined(__x86_64__) && !defined(__AVX2__)
constexpr int repeated = lanes;
MUONSCOPE_INLINE Floats factor(const float* right, int q) {
    return load<Floats>(right + q * lanes);
}
#else
constexpr int repeated = 1;
MUONSCOPE_INLINE Floats factor(const float* right, int q) {
    return all(right[q]);
}
#endif

// Adds eight products to each lane's sum. left: the first of eight columns, `stride` apart. Nothing
// here is rounded but the whole sum to a float, towards zero.
MUONSCOPE_INLINE void add_group(const float* left, const std::uint8_t* left_exponents, Size stride,
                                const float* right, const std::uint8_t* right_exponents,
                                Floats& sums) {
    const Ints of_sum = (reinterpret_cast<Ints>(sums) >> 23 & 0xff) - (bias + offset);
    const Ints largest =
        larger_short(larger_short(largest_exponent(left_exponents, right_exponents), of_sum),
                     Ints{} + (least_exponent - offset));
    // 2^(24 - largest exponent) and back.
    const auto scale = reinterpret_cast<Floats>((bias + kept_bits - offset - largest) << 23);
    const auto unscale = reinterpret_cast<Floats>((bias - kept_bits + offset + largest) << 23);
    // Unsigned, since what is not finite may run over.
    const auto whole = [](Floats x) MUONSCOPE_INLINED {
        return reinterpret_cast<Words>(__builtin_convertvector(x, Ints));
    };
    Words even = whole(sums * scale), odd{};
    repeat<group / 2>([&](auto q) MUONSCOPE_INLINED {
        const float* const column = left + 2 * q * stride;
        even += whole(load<Floats>(column) * factor(right, 2 * q) * scale);
        odd += whole(load<Floats>(column + stride) * factor(right, 2 * q + 1) * scale);
    });
    sums = __builtin_convertvector(reinterpret_cast<Ints>(even + odd), Floats) * unscale;
}

struct Column {
    const float* left;  // padded, `rows` from column to column
    const std::uint8_t* left_exponents;
    Size rows, inner;
    const float* right;
    const std::uint8_t* right_exponents;
    float* sums;
};

// Some vectors of rows of one column of the result.
template <int vectors>
void add_rows(const Column& column, Size row) {
    constexpr Size exponents_of_vector = group * lanes;
    Floats sums[vectors];
    repeat<vectors>([&](auto v) MUONSCOPE_INLINED { sums[v] = Floats{}; });
    const float* left = column.left + row;
    const std::uint8_t* left_exponents = column.left_exponents + row * group;
    for (Size k = 0; k < column.inner; k += group) {
        repeat<vectors>([&](auto v) MUONSCOPE_INLINED {
            add_group(left + v * lanes, left_exponents + v * exponents_of_vector, column.rows,
                      column.right + k * repeated, column.right_exponents + k * lanes, sums[v]);
        });
        left += group * column.rows;
        left_exponents += group * column.rows;
    }
    repeat<vectors>([&](auto v)
                        MUONSCOPE_INLINED { store(sums[v], column.sums + row + v * lanes); });
}

[[gnu::noinline]] void add_column(const Column& column, Size first) {
    Size i = first;
    for (; i + together * lanes <= column.rows; i += together * lanes)
        add_rows<together>(column, i);
    const Size left_over = (column.rows - i) / lanes;
    if constexpr (together > 2) {
        if (left_over == 3) add_rows<3>(column, i);
        if (left_over == 2) add_rows<2>(column, i);
    }
    if (left_over == 1) add_rows<1>(column, i);
}

struct Space {
    Size rows, inner;  // padded
    Size left_bytes() const { return rows * inner * static_cast<Size>(sizeof(float)); }
    Size right_bytes() const { return inner * repeated * static_cast<Size>(sizeof(float)); }
    Size sums_bytes() const { return rows * static_cast<Size>(sizeof(float)); }
    Size left_exponents() const { return rows * inner; }
    Size right_exponents() const { return inner * lanes; }
};
Space space_of(Size rows, Size inner) {
    return {round_up(rows, lanes), round_up(inner, group)};
}
Size space(Size rows, Size inner) {
    const Space need = space_of(rows, inner);
    return need.left_bytes() + need.right_bytes() + need.sums_bytes() + need.left_exponents() +
           need.right_exponents() + 64;
}

void multiply(const TensorCoreTask& task) {
    const Space need = space_of(task.rows, task.inner);
    // Numbers first, so that they are aligned.
    char* const from = aligned(static_cast<char*>(task.space));
    auto* const left = reinterpret_cast<float*>(from);
    auto* const right = reinterpret_cast<float*>(from + need.left_bytes());
    auto* const sums = reinterpret_cast<float*>(from + need.left_bytes() + need.right_bytes());
    auto* const left_exponents = reinterpret_cast<std::uint8_t*>(
        from + need.left_bytes() + need.right_bytes() + need.sums_bytes());
    std::uint8_t* const right_exponents = left_exponents + need.left_exponents();

    for (Size k = 0; k < need.inner; ++k)
        for (Size i = 0; i < need.rows; ++i)
            left[i + k * need.rows] =
                i < task.rows && k < task.inner ? task.left[i + k * task.left_stride] : 0.F;
    // Those of a vector of rows and a group of columns stand together, as they are compared.
    std::uint8_t* exponent = left_exponents;
    for (Size k = 0; k < need.inner; k += group)
        for (Size i = 0; i < need.rows; i += lanes)
            for (Size q = k; q < k + group; ++q)
                for (Size l = 0; l < lanes; ++l)
                    *exponent++ = bounded_exponent(left[i + l + q * need.rows]);

    const Column column{left, left_exponents, need.rows, need.inner, right, right_exponents, sums};
    for (Size j = 0; j < task.cols; ++j) {
        for (Size k = 0; k < need.inner; ++k) {
            const float number = k < task.inner ? task.right[k + j * task.right_stride] : 0.F;
            const std::uint8_t its_exponent = bounded_exponent(number);
            for (Size l = 0; l < repeated; ++l) right[k * repeated + l] = number;
            for (Size l = 0; l < lanes; ++l) right_exponents[k * lanes + l] = its_exponent;
        }
        // The rows from the diagonal's vector on are all that a symmetric result needs.
        const Size first = task.symmetric ? j / lanes * lanes : 0;
        {
            const RoundingMode mode(RoundingMode::towards_zero);
            add_column(column, first);
        }
        for (Size i = first; i < task.rows; ++i) task.result[i + j * task.result_stride] = sums[i];
    }
    if (task.symmetric) mirror(task.result, task.cols, task.result_stride);
}

}  // namespace

void add_tensor_core(Kernels& table) {
    table.multiply_as_tensor_cores = multiply;
    table.tensor_core_space = space;
}

}  // namespace muonscope::MUONSCOPE_AT
