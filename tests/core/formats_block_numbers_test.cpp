// Numbers of files as values: against the gguf package's bit for bit, and against what defines
// them.

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <set>

#include "core/formats/narrow_numbers.h"
#include "core/formats/tensor_type.h"
#include "tests/core/golden_tensors.h"
#include "tests/errors.h"

// MUONSCOPE_SOURCE_DIR: golden_tensors.h asks for it.

namespace muonscope {
namespace {

TEST(BlockNumbers, are_those_of_the_reference_bit_for_bit) {
    std::set<std::string> seen;
    for (const nlohmann::json& golden : golden_tensors().at("blocks")) {
        const std::string name = golden.at("type");
        const TensorType& type = tensor_type(name);
        const std::string bytes = bytes_of_hex(golden.at("bytes"));
        const auto expected = numbers_of<std::uint32_t>(bytes_of_hex(golden.at("values")));
        ASSERT_EQ(bytes.size() % type.bytes, 0U) << name;
        const std::size_t blocks = bytes.size() / type.bytes;
        ASSERT_EQ(blocks * type.values, expected.size()) << name;
        std::vector<float> values(expected.size());
        type.reader(reinterpret_cast<const std::uint8_t*>(bytes.data()), blocks, values.data());
        for (std::size_t i = 0; i < values.size(); ++i)
            ASSERT_EQ(std::bit_cast<std::uint32_t>(values[i]), expected[i]) << name << " at " << i;
        seen.insert(name);
    }
    EXPECT_EQ(seen, (std::set<std::string>{"Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K",
                                           "Q6_K"}));
}

// Sign, five bits of exponent, ten of fraction: IEEE 754-2008, binary16.
double defined_half(unsigned half) {
    const double sign = (half & 0x8000U) != 0 ? -1 : 1;
    const int exponent = static_cast<int>(half >> 10 & 31U);
    const auto fraction = static_cast<double>(half & 0x3ffU);
    return exponent == 0 ? sign * std::ldexp(fraction, -24)
                         : sign * std::ldexp(1024 + fraction, exponent - 25);
}

TEST(NarrowNumbers, every_half_has_its_value_and_is_the_nearest_to_it) {
    for (unsigned half = 0; half < 65536; ++half) {
        const float value = half_value(static_cast<std::uint16_t>(half));
        const unsigned magnitude = half & 0x7fffU;
        ASSERT_EQ(std::signbit(value), half >= 0x8000U) << half;
        if (magnitude > 0x7c00U) {
            ASSERT_TRUE(std::isnan(value)) << half;
            ASSERT_TRUE(std::isnan(half_value(nearest_half(value)))) << half;
            continue;
        }
        if (magnitude == 0x7c00U)
            ASSERT_TRUE(std::isinf(value));
        else
            ASSERT_EQ(static_cast<double>(value), defined_half(half)) << half;
        ASSERT_EQ(nearest_half(value), half);
    }
}

TEST(NarrowNumbers, half_way_between_two_halves_the_even_one_is_nearest) {
    for (unsigned half = 0; half < 0x7bffU; ++half) {
        const double low = defined_half(half), high = defined_half(half + 1);
        const auto middle = static_cast<float>((low + high) / 2);  // exact: one bit more
        ASSERT_EQ(nearest_half(middle), half + (half & 1U)) << half;
        ASSERT_EQ(nearest_half(std::nextafter(middle, 0.0F)), half) << half;
        ASSERT_EQ(nearest_half(std::nextafter(middle, 1e9F)), half + 1) << half;
    }
    EXPECT_EQ(nearest_half(65519.996F), 0x7bffU);
    EXPECT_EQ(nearest_half(65520.0F), 0x7c00U);
    EXPECT_EQ(nearest_half(-1e30F), 0xfc00U);
}

TEST(NarrowNumbers, doubles_are_rounded_once_as_numpy_rounds_them) {
    const nlohmann::json& golden = golden_tensors().at("halves");
    const auto doubles = numbers_of<double>(bytes_of_hex(golden.at("doubles")));
    const auto halves = numbers_of<std::uint16_t>(bytes_of_hex(golden.at("halves")));
    ASSERT_EQ(doubles.size(), halves.size());
    ASSERT_GT(doubles.size(), 60U);
    int twice = 0;  // where rounding to a float first gives another half
    for (std::size_t i = 0; i < doubles.size(); ++i) {
        EXPECT_EQ(nearest_half(odd_float(doubles[i])), halves[i]) << doubles[i];
        if (nearest_half(static_cast<float>(doubles[i])) != halves[i]) ++twice;
    }
    EXPECT_GT(twice, 1);
}

TEST(NarrowNumbers, an_odd_float_is_beside_its_double) {
    for (const double x : {1.0, -2.5, 0.1, -0.1, 1 + 0x1p-40, 1 - 0x1p-40, 1e-46, -1e-46, 0.0}) {
        const float odd = odd_float(x);
        if (static_cast<double>(odd) == x) continue;
        EXPECT_EQ(std::bit_cast<std::uint32_t>(odd) & 1U, 1U) << x;
        const float beyond = std::nextafter(odd, static_cast<double>(odd) < x ? 1e9F : -1e9F);
        EXPECT_LT((static_cast<double>(odd) - x) * (static_cast<double>(beyond) - x), 0) << x;
    }
    EXPECT_EQ(odd_float(1e300), std::numeric_limits<float>::max());
    EXPECT_TRUE(std::isnan(odd_float(std::nan(""))));
    EXPECT_TRUE(std::isinf(odd_float(-std::numeric_limits<double>::infinity())));
}

TEST(TensorTypes, stand_once_each_under_all_their_names) {
    std::set<std::string_view> names, safetensors, npy;
    std::set<int> numbers;
    for (const TensorType& type : tensor_types()) {
        EXPECT_TRUE(names.insert(type.name).second) << type.name;
        EXPECT_GT(type.bytes, 0U) << type.name;
        EXPECT_GT(type.values, 0U) << type.name;
        if (type.gguf >= 0) {
            EXPECT_TRUE(numbers.insert(type.gguf).second) << type.name;
            EXPECT_EQ(gguf_type(static_cast<std::uint32_t>(type.gguf)), &type);
        }
        if (!type.safetensors.empty()) {
            EXPECT_TRUE(safetensors.insert(type.safetensors).second) << type.name;
            EXPECT_EQ(safetensors_type(type.safetensors), &type);
        }
        if (!type.npy.empty()) {
            EXPECT_TRUE(npy.insert(type.npy).second) << type.name;
            EXPECT_EQ(npy_type(type.npy), &type);
        }
    }
    EXPECT_EQ(gguf_type(4), nullptr);  // Q4_2, which is no more
    EXPECT_EQ(gguf_type(0xffffffffU), nullptr);
    EXPECT_EQ(safetensors_type(""), nullptr);
    EXPECT_EQ(npy_type(""), nullptr);
    EXPECT_MESSAGE(tensor_type("Q9_9"), "'Q9_9' is unknown");
}

TEST(TensorTypes, sizes_of_shapes_are_exact_or_none) {
    using Shape = std::vector<std::uint64_t>;
    EXPECT_EQ(values_of(Shape{}), 1U);
    EXPECT_EQ(values_of(Shape{3, 0, 4}), 0U);
    EXPECT_EQ(values_of(Shape{1ULL << 32, 1ULL << 31}), 1ULL << 63);
    EXPECT_EQ(values_of(Shape{1ULL << 32, 1ULL << 32}), std::nullopt);
    EXPECT_EQ(values_of(Shape{1ULL << 32, 0, 1ULL << 32}), std::nullopt);
    EXPECT_EQ(bytes_of(tensor_type("F32"), Shape{2, 3}), 24U);
    EXPECT_EQ(bytes_of(tensor_type("Q4_K"), Shape{3, 512}), 3 * 288U);
    EXPECT_EQ(bytes_of(tensor_type("Q4_K"), Shape{256, 3}),
              std::nullopt);  // its rows are not whole
    EXPECT_EQ(bytes_of(tensor_type("F64"), Shape{1ULL << 61}), std::nullopt);
    EXPECT_EQ(bytes_of(unknown_type(), Shape{2}), std::nullopt);
}

}  // namespace
}  // namespace muonscope
