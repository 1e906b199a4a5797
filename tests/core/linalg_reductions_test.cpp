#include "core/linalg/reductions.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "core/base/elementary.h"
#include "core/random/generator.h"

namespace muonscope {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// Sizes around every width of registers, and one that is long.
const std::vector<Eigen::Index> sizes = {0,  1,  2,  3,  4,  5,  7,  8,  9,  15, 16,  17,
                                         23, 31, 32, 33, 47, 48, 49, 63, 64, 65, 1000};

Vector numbers(Eigen::Index count, std::uint64_t index) {
    Vector x = Generator(5, Purpose::lab, index).normal_matrix(count, 1);
    for (Eigen::Index i = 0; i < count; ++i) x(i) *= std::ldexp(1.0, static_cast<int>(i * 7 % 40));
    return x;
}

// The definition, term by term.
double sum_in_order(const Vector& terms, int partial_sums = 16) {
    std::vector<double> sums(static_cast<std::size_t>(partial_sums), 0.0);
    for (Eigen::Index i = 0; i < terms.size(); ++i) sums[i % partial_sums] += terms(i);
    for (std::size_t half = sums.size() / 2; half > 0; half /= 2)
        for (std::size_t i = 0; i < half; ++i) sums[i] += sums[i + half];
    return sums[0];
}

template <typename Test>
void at_every_level(const Test& test) {
    for (const Level here : levels_here()) {
        const ScopedLevel scoped(here);
        SCOPED_TRACE(level_name(here));
        test();
    }
}

TEST(Reductions, sums_have_the_bits_of_their_definition_at_every_level) {
    for (const Eigen::Index count : sizes) {
        const Vector x = numbers(count, 1), y = numbers(count, 2);
        const Eigen::VectorXf f = x.cast<float>();
        const double s = sum_in_order(x), squares = sum_in_order(x.cwiseProduct(x)),
                     products = sum_in_order(x.cwiseProduct(y)),
                     float_squares = sum_in_order(f.cast<double>().cwiseAbs2());
        at_every_level([&] {
            EXPECT_EQ(sum(x), s) << count;
            EXPECT_EQ(sum_of_squares(x), squares) << count;
            EXPECT_EQ(dot(x, y), products) << count;
            EXPECT_EQ(kernels().sum_of_float_squares(f.data(), count), float_squares) << count;
        });
    }
}

TEST(Reductions, whole_columns_are_summed_where_they_stand) {
    const Matrix x = Generator(5, Purpose::lab).normal_matrix(7, 5);
    const Matrix part = x.middleCols(1, 3);
    EXPECT_EQ(sum(x.middleCols(1, 3)), sum(part));
    EXPECT_EQ(sum(x.col(2).tail(4)), sum_in_order(x.col(2).tail(4)));
}

TEST(Reductions, a_norm_is_right_wherever_it_is_a_double) {
    for (const double size :
         {1e-310, 1e-300, 1e-200, 1e-160, 1e-130, 1.0, 1e130, 1e160, 1e200, 1e300})
        for (const Eigen::Index count : {1, 9, 100}) {
            const Vector x = Vector::Constant(count, size);
            EXPECT_NEAR(norm(x) / size / std::sqrt(static_cast<double>(count)), 1,
                        size < 1e-305 ? 1e-12 : 1e-15)
                << size;
        }
    Vector x(3);
    x << 3e200, 1, -4e200;
    EXPECT_DOUBLE_EQ(norm(x), 5e200);
    EXPECT_EQ(norm(Vector(Vector::Zero(4))), 0);
    EXPECT_EQ(norm(Vector()), 0);
    EXPECT_EQ(norm(Vector(Vector::Constant(4, 1e308))), infinity);
    x(1) = -infinity;
    EXPECT_EQ(norm(x), infinity);
    x(0) = std::nan("");
    EXPECT_TRUE(std::isnan(norm(x)));
    EXPECT_TRUE(std::isnan(largest_size(x)));
}

TEST(Reductions, one_entry_that_is_not_finite_is_found_wherever_it_stands) {
    at_every_level([] {
        for (const Eigen::Index count : sizes) {
            Vector x = Vector::Constant(count, 1e308);
            const Vector other = Vector::Constant(count, 1.0);
            EXPECT_TRUE(are_finite(x));
            EXPECT_TRUE(sums_are_finite(x, other));
            for (Eigen::Index i = 0; i < std::min<Eigen::Index>(count, 70); ++i)
                for (const double bad : {infinity, -infinity, std::nan("")}) {
                    x(i) = bad;
                    EXPECT_FALSE(are_finite(x)) << count << " " << i;
                    EXPECT_FALSE(sums_are_finite(other, x)) << count << " " << i;
                    x(i) = 1e308;
                }
            if (count > 0) {  // the sums overflow
                EXPECT_FALSE(sums_are_finite(x, x));
            }
        }
    });
}

TEST(Entries, functions_have_the_bits_of_one_number_at_a_time_at_every_level) {
    for (const Eigen::Index count : sizes) {
        Vector x = numbers(count, 3) * 0.01;
        if (count > 20) x(3) = infinity, x(5) = -infinity, x(7) = std::nan(""), x(11) = -0.0;
        at_every_level([&] {
            Vector tanhs = x, exps = x;
            kernels().tanh(tanhs.data(), count);
            kernels().exp(exps.data(), count);
            for (Eigen::Index i = 0; i < count; ++i) {
                const auto bits = [](double number) {
                    return std::isnan(number) ? 0 : std::bit_cast<std::uint64_t>(number);
                };
                EXPECT_EQ(bits(tanhs(i)), bits(elementary::tanh(x(i)))) << x(i);
                EXPECT_EQ(bits(exps(i)), bits(elementary::exp(x(i)))) << x(i);
            }
        });
    }
}

TEST(Entries, steps_of_optimisers_have_the_bits_of_their_definition_at_every_level) {
    constexpr double mu = 0.9, fresh = 0.1, factor = -0.02;
    for (const Eigen::Index count : sizes) {
        const Vector gradient = numbers(count, 4), start = numbers(count, 6);
        const Vector second_start = numbers(count, 7).cwiseAbs();
        at_every_level([&] {
            for (const bool ahead : {false, true}) {
                Vector buffer = start, result(count);
                const double of_gradient = ahead ? fresh : 0, of_buffer = ahead ? mu : 1;
                kernels().momentum({count, mu, fresh, gradient.data(), buffer.data(), of_gradient,
                                    of_buffer, factor, result.data()});
                Vector kept = start;
                kernels().momentum({count, mu, fresh, gradient.data(), kept.data(), of_gradient,
                                    of_buffer, factor, nullptr});
                for (Eigen::Index i = 0; i < count; ++i) {
                    const double wanted = mu * start(i) + fresh * gradient(i);
                    EXPECT_EQ(buffer(i), wanted);
                    EXPECT_EQ(kept(i), wanted);
                    EXPECT_EQ(result(i),
                              factor * (ahead ? fresh * gradient(i) + mu * wanted : wanted));
                }
            }
            Vector first = start, second = second_start, result(count);
            kernels().adam({count, 0.9, 0.999, 0.1, 1.5, 1e-8, gradient.data(), first.data(),
                            second.data(), result.data()});
            Vector sums = start, scaled(count);
            kernels().add(gradient.data(), sums.data(), count);
            kernels().scale(factor, gradient.data(), scaled.data(), count);
            for (Eigen::Index i = 0; i < count; ++i) {
                const double g = gradient(i);
                const double m = start(i) + (1 - 0.9) * (g - start(i));
                const double v = second_start(i) + (1 - 0.999) * (g * g - second_start(i));
                EXPECT_EQ(first(i), m);
                EXPECT_EQ(second(i), v);
                EXPECT_EQ(result(i), -0.1 * m / (1.5 * std::sqrt(v) + 1e-8));
                EXPECT_EQ(sums(i), start(i) + g);
                EXPECT_EQ(scaled(i), factor * g);
            }
        });
    }
}

// Squares and their neighbours, which are roots at the edge of rounding; powers of four, below
// which roots lie closer; numbers whose squares are not ordinary.
TEST(Entries, roots_in_adam_are_rounded_once_at_every_level) {
    Generator generator(15, Purpose::lab);
    std::vector<double> squares{0, 5e-324, 1e-310, 1e308, std::numeric_limits<double>::infinity()};
    for (int i = 0; i < 2000; ++i) {
        const double root = std::ldexp(1 + std::abs(generator.normal()), i % 300 - 150);
        const double power = std::ldexp(1.0, 2 * (i % 300) - 300);
        for (double x : {root * root, power, 3 * power}) {
            for (int step = 0; step < i % 8; ++step) x = std::nextafter(x, i % 16 < 8 ? 0 : 1e308);
            squares.push_back(x);
        }
    }
    const auto count = static_cast<Eigen::Index>(squares.size());
    at_every_level([&] {
        const Vector gradient = Vector::Zero(count);
        std::vector<double> second = squares;
        Vector first = Vector::Ones(count), result(count);
        kernels().adam(
            {count, 1, 1, -1, 1, 0, gradient.data(), first.data(), second.data(), result.data()});
        for (Eigen::Index i = 0; i < count; ++i) {
            const double square = squares[i];
            if (!(square < 1e300)) continue;
            EXPECT_EQ(result(i), 1 / std::sqrt(square)) << square;
        }
    });
}

TEST(Reflections, columns_and_projections_have_the_bits_of_their_definition_at_every_level) {
    constexpr Eigen::Index rows = 40, cols = 11, begin = 8;
    const Matrix start = Generator(6, Purpose::lab).normal_matrix(rows, cols);
    const Vector u = numbers(rows, 8), z = numbers(rows, 9), next = numbers(rows, 10);
    const Vector c_start = numbers(cols, 11), d = numbers(cols, 12);
    Matrix wanted = start;
    Vector projected(cols), added = z;
    for (Eigen::Index j = 0; j < cols; ++j) {
        Vector terms = Vector::Zero(rows - begin);
        for (Eigen::Index i = begin; i < rows; ++i) {
            wanted(i, j) = start(i, j) - c_start(j) * u(i) - d(j) * z(i);
            terms(i - begin) = next(i) * wanted(i, j);
            added(i) += d(j) * start(i, j);
        }
        projected(j) = sum_in_order(terms, 8);
    }
    at_every_level([&] {
        Matrix columns = start;
        Vector c = c_start, sums = z;
        kernels().update_and_project({columns.data(), rows, cols, begin, rows, u.data(), z.data(),
                                      next.data(), c.data(), d.data()});
        kernels().add_columns(start.data(), rows, cols, d.data(), begin, rows, sums.data());
        EXPECT_EQ(columns, wanted);
        EXPECT_EQ(c, projected);
        EXPECT_EQ(sums, added);
    });
}

}  // namespace
}  // namespace muonscope
