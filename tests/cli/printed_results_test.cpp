// What a run prints and writes, read back and held against the weights that it wrote: every number
// is worked out anew from the .npy files, by Eigen alone.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/documents/spec_json.h"
#include "core/experiment/problem.h"
#include "core/formats/files.h"
#include "core/linalg/spectrum.h"
#include "tests/cli/program.h"
#include "tests/errors.h"
#include "tests/jacobi_svd.h"
#include "tests/scratch_folder.h"

namespace muonscope {
namespace {

using Json = nlohmann::json;

constexpr std::size_t enough = std::size_t{64} << 20;

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, at);) parts.push_back(part);
    return parts;
}

// history.csv by its heading: the rows of one lane, each column by name.
struct History {
    std::vector<double> steps;
    std::map<std::string, std::vector<double>> columns;
};

std::map<std::string, History> history_in(const std::string& path) {
    const std::vector<std::string> lines = split(read_file(path, enough), '\n');
    const std::vector<std::string> names = split(lines.at(0), ',');
    std::map<std::string, History> lanes;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        std::vector<std::string> cells = split(lines[i], ',');
        cells.resize(names.size());  // empty ones at the end
        History* lane = nullptr;
        double step = 0;
        for (std::size_t c = 0; c < names.size(); ++c) {
            if (names[c] == "step")
                step = std::stod(cells[c]);
            else if (names[c] == "lane")
                lane = &lanes[cells[c]];
        }
        lane->steps.push_back(step);
        for (std::size_t c = 0; c < names.size(); ++c)
            if (names[c] != "step" && names[c] != "lane") {
                // What is no number (a word on a row) has a column of its own and is not asked for.
                double value = std::nan("");
                try {
                    if (!cells[c].empty()) value = std::stod(cells[c]);
                } catch (const std::invalid_argument&) {
                }
                lane->columns[names[c]].push_back(value);
            }
    }
    return lanes;
}

// A printed table by its heading: columns are at least two blanks apart.
std::vector<std::map<std::string, std::string>> table_in(const std::string& text,
                                                         const std::string& first) {
    const auto cells = [](const std::string& line) {
        std::vector<std::string> parts;
        for (std::size_t at = 0; at < line.size();) {
            const std::size_t from = line.find_first_not_of(' ', at);
            if (from == std::string::npos) break;
            const std::size_t to = std::min(line.find("  ", from), line.size());
            parts.push_back(line.substr(from, to - from));
            at = to;
        }
        return parts;
    };
    std::vector<std::map<std::string, std::string>> rows;
    std::vector<std::string> names;
    for (const std::string& line : split(text, '\n')) {
        if (names.empty()) {
            if (line.starts_with(first + " ")) names = cells(line);
            continue;
        }
        const std::vector<std::string> values = cells(line);
        if (values.size() != names.size()) break;
        std::map<std::string, std::string> row;
        for (std::size_t c = 0; c < names.size(); ++c) row[names[c]] = values[c];
        rows.push_back(row);
    }
    return rows;
}

std::vector<double> singular_values_of(const Matrix& matrix) {
    const Vector s = Eigen::JacobiSVD<Matrix>(matrix).singularValues();
    return {s.begin(), s.end()};
}

// What a lane's weights say.
struct Worked {
    std::vector<Matrix> weights;
    Matrix product;
    double loss, relative_error, floor, after_k, steps;
};

Worked worked_out(const std::string& folder, int layers, const Spec& spec, const Matrix& target) {
    Worked w;
    for (int layer = 1; layer <= layers; ++layer)
        w.weights.push_back(read_npy(folder + "/W" + std::to_string(layer) + ".npy"));
    w.product = w.weights.front();
    for (std::size_t l = 1; l < w.weights.size(); ++l) w.product = w.weights[l] * w.product;
    const double error = (w.product - target).norm();
    w.loss = 0.5 * error * error;
    w.relative_error = error / target.norm();
    const ProbeSpec& probe = spec.experiment.probe;
    Matrix h = w.weights.front();
    for (int l = 1; l < probe.layer; ++l) h = w.weights[l] * h;
    const Matrix best = h.transpose()
                            .completeOrthogonalDecomposition()
                            .solve(Matrix(target.transpose()))
                            .transpose();
    w.floor = 0.5 * (best * h - target).squaredNorm();
    Matrix head = Matrix::Zero(target.rows(), h.rows());
    w.steps = std::nan("");
    for (int t = 0; t <= 20000 && (t <= probe.steps || std::isnan(w.steps)); ++t) {
        const Matrix rest = head * h - target;
        if (t == probe.steps) w.after_k = 0.5 * rest.squaredNorm();
        if (std::isnan(w.steps) && rest.norm() <= probe.threshold * target.norm()) w.steps = t;
        head -= probe.lr * rest * h.transpose();
    }
    return w;
}

class PrintedResults : public testing::Test {
  protected:
    // Three layers of different shapes, two lanes, few steps.
    Outcome run(std::vector<std::string> more) {
        std::vector<std::string> arguments{"run",   "two-ways-up",
                                           "--set", "network.widths=9,8,7,6",
                                           "--set", "target.modes=4",
                                           "--set", "probe.threshold=0.3",
                                           "--set", "lanes.1.optimizer.lr=0.013",
                                           "--out", folder_ / "out"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run_program(arguments);
    }
    std::string out(const std::string& name) const { return folder_ / ("out/" + name); }

    ScratchFolder folder_;
};

TEST_F(PrintedResults, say_what_the_weights_beside_them_say) {
    const Outcome outcome = run({"--steps", "70"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const Json summary = Json::parse(read_file(out("summary.json"), enough));
    const Spec spec = spec_from_json(summary["spec"].dump(), "summary");
    const Matrix target = make_problem(spec.experiment)->target;
    const auto rows = table_in(outcome.out, "lane");
    ASSERT_EQ(rows.size(), 2u) << outcome.out;
    const auto history = history_in(out("history.csv"));
    const std::vector<std::string> names{"SGD", "Muon"}, folders{"lane-1-sgd", "lane-2-muon"};
    for (std::size_t l = 0; l < 2; ++l) {
        SCOPED_TRACE(names[l]);
        const Worked w = worked_out(out(folders[l]), 3, spec, target);
        for (std::size_t layer = 0; layer < 3; ++layer) {
            EXPECT_EQ(w.weights[layer].cols(), 9 - static_cast<Eigen::Index>(layer));
            EXPECT_EQ(w.weights[layer].rows(), 8 - static_cast<Eigen::Index>(layer));
        }
        const auto near = [](double value, double expected, double digits, const char* what) {
            EXPECT_NEAR(value, expected, digits * std::abs(expected) + 1e-12) << what;
        };
        const auto& row = rows[l];
        EXPECT_EQ(row.at("lane"), names[l]);
        EXPECT_EQ(row.at("step"), "70");
        near(std::stod(row.at("loss")), w.loss, 6e-4, "printed loss");
        near(std::stod(row.at("relative error")), w.relative_error, 6e-4, "printed error");
        near(std::stod(row.at("probe floor")), w.floor, 6e-4, "printed floor");
        near(std::stod(row.at("after 20")), w.after_k, 6e-4, "printed after K");
        if (!std::isnan(w.steps)) {
            EXPECT_EQ(row.at("steps to 0.3"), std::to_string(std::lround(w.steps)));
        }

        const Json& lane = summary["lanes"][l];
        EXPECT_EQ(lane["name"], names[l]);
        near(lane["loss"], w.loss, 1e-10, "loss");
        near(lane["relative_error"], w.relative_error, 1e-10, "error");
        near(lane["probe"]["floor"], w.floor, 1e-7, "floor");
        near(lane["probe"]["after_k"], w.after_k, 1e-9, "after K");
        const auto expect_values = [&](const Json& values, const Matrix& matrix, const char* what) {
            const std::vector<double> expected = singular_values_of(matrix);
            ASSERT_EQ(values.size(), expected.size()) << what;
            for (std::size_t k = 0; k < expected.size(); ++k)
                EXPECT_NEAR(values[k].get<double>(), expected[k], 1e-11) << what;
        };
        for (std::size_t layer = 0; layer < 3; ++layer)
            expect_values(lane["singular_values"]["layers"][layer], w.weights[layer], "layer");
        expect_values(lane["singular_values"]["product"], w.product, "product");

        // The last row of the history is of these weights too.
        const auto& columns = history.at(names[l]).columns;
        EXPECT_EQ(history.at(names[l]).steps.back(), 70);
        const auto last = [&](const std::string& name) { return columns.at(name).back(); };
        near(last("loss"), w.loss, 1e-10, "loss");
        near(last("relative_error"), w.relative_error, 1e-10, "error");
        near(last("probe_floor"), w.floor, 1e-7, "floor");
        near(last("probe_after_k"), w.after_k, 1e-9, "after K");
        const ThinSvd modes = thin_svd(target);
        for (int k = 0; k < 4; ++k)
            near(last("mode_" + std::to_string(k + 1)),
                 modes.u.col(k).dot(w.product * modes.v.col(k)), 1e-9, "mode");
        for (std::size_t layer = 0; layer < 3; ++layer) {
            const std::string prefix = "layer_" + std::to_string(layer + 1) + "_";
            const std::vector<double> s = singular_values_of(w.weights[layer]);
            for (std::size_t k = 0; k < s.size(); ++k)
                EXPECT_NEAR(last(prefix + "sv_" + std::to_string(k + 1)), s[k], 1e-11);
            near(last(prefix + "norm"), w.weights[layer].norm(), 1e-12, "norm");
        }
    }
}

// Gradients and updates of the newest step, from the weights of the run one step shorter.
TEST_F(PrintedResults, give_the_newest_gradient_and_update_by_their_own_names) {
    ASSERT_EQ(run({"--steps", "40"}).code, 0);
    const auto history = history_in(out("history.csv"));
    const Json summary = Json::parse(read_file(out("summary.json"), enough));
    const Spec spec = spec_from_json(summary["spec"].dump(), "summary");
    const Matrix target = make_problem(spec.experiment)->target;
    const ScratchFolder other;
    ASSERT_EQ(run_program({"run", "two-ways-up", "--set", "network.widths=9,8,7,6", "--set",
                           "target.modes=4", "--set", "lanes.1.optimizer.lr=0.013", "--steps", "39",
                           "--out", other / "out"})
                  .code,
              0);
    for (const auto& [name, folder] : {std::pair{"SGD", "lane-1-sgd"}, {"Muon", "lane-2-muon"}}) {
        const Worked before = worked_out(other / (std::string("out/") + folder), 3, spec, target);
        const Worked after = worked_out(out(folder), 3, spec, target);
        const auto& columns = history.at(name).columns;
        const Matrix error = before.product - target;
        for (std::size_t layer = 0; layer < 3; ++layer) {
            Matrix above = Matrix::Identity(6, 6), below = Matrix::Identity(9, 9);
            for (std::size_t l = 2; l > layer; --l) above = above * before.weights[l];
            for (std::size_t l = 0; l < layer; ++l) below = before.weights[l] * below;
            const Matrix gradient = above.transpose() * error * below.transpose();
            const Matrix update = after.weights[layer] - before.weights[layer];
            const std::string prefix = "layer_" + std::to_string(layer + 1) + "_";
            const auto expect_values = [&](const std::string& what, const Matrix& matrix) {
                const std::vector<double> s = singular_values_of(matrix);
                for (std::size_t k = 0; k < s.size(); ++k)
                    EXPECT_NEAR(columns.at(prefix + what + std::to_string(k + 1)).back(), s[k],
                                1e-10)
                        << name << " " << prefix << what << k + 1;
            };
            expect_values("gradient_sv_", gradient);
            expect_values("update_sv_", update);
            const auto last = [&](const char* what) { return columns.at(prefix + what).back(); };
            const Matrix& w = before.weights[layer];
            const double along = w.cwiseProduct(update).sum() / w.norm();
            EXPECT_NEAR(last("update_along"), along, 1e-9);
            EXPECT_NEAR(last("update_across"), std::sqrt(update.squaredNorm() - along * along),
                        1e-9);
            EXPECT_NEAR(last("gradient_fidelity"),
                        -update.cwiseProduct(gradient).sum() / (update.norm() * gradient.norm()),
                        1e-9);
        }
    }
}

TEST_F(PrintedResults, a_threshold_that_a_step_meets_to_the_bit_ends_the_run_there) {
    ASSERT_EQ(run({"--steps", "60"}).code, 0);
    const auto lanes = history_in(out("history.csv"));
    for (const int step : {17, 36}) {
        // The larger of both lanes' errors at this step, as it was written.
        double bound = 0;
        for (const auto& [name, lane] : lanes)
            bound = std::max(bound, lane.columns.at("relative_error")[step]);
        int first = 60;
        for (int s = step; s >= 0; --s) {
            double worst = 0;
            for (const auto& [name, lane] : lanes)
                worst = std::max(worst, lane.columns.at("relative_error")[s]);
            if (worst <= bound) first = s;
        }
        const ScratchFolder other;
        const Outcome outcome = run_program(
            {"run", "two-ways-up", "--set", "network.widths=9,8,7,6", "--set", "target.modes=4",
             "--set", "lanes.1.optimizer.lr=0.013", "--steps", "60", "--out", other / "out",
             "--until", fmt::format("relative_error<={}", bound)});
        ASSERT_EQ(outcome.code, 0) << outcome.err;
        const Json summary = Json::parse(read_file(other / "out/summary.json", enough));
        for (const Json& lane : summary["lanes"]) EXPECT_EQ(lane["step"], first);
    }
}

TEST(PrintedTable, of_orthogonalisers_is_the_json_in_fewer_digits) {
    const Outcome text = run_program({"orthogonalise", "gaussian:12x9", "--no-time"});
    const Outcome json = run_program({"orthogonalise", "gaussian:12x9", "--no-time", "--json"});
    ASSERT_EQ(text.code, 0);
    ASSERT_EQ(json.code, 0);
    const auto rows = table_in(text.out, "engine");
    const Json engines = Json::parse(json.out)["engines"];
    ASSERT_EQ(rows.size(), engines.size()) << text.out;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto expect = [&](const char* column, const char* key, double tolerance) {
            EXPECT_NEAR(std::stod(rows[i].at(column)), engines[i][key].get<double>(), tolerance)
                << rows[i].at("engine") << " " << column;
        };
        expect("error", "orthogonality_error", 6e-5);
        expect("least", "least", 6e-4);
        expect("largest", "largest", 6e-4);
        expect("cos polar", "cosine_to_polar", 6e-5);
        expect("cos G", "cosine_to_gradient", 6e-5);
    }
}

TEST(PrintedTable, what_an_engine_is_told_acts_on_it) {
    const auto result = [](const std::vector<std::string>& more) {
        std::vector<std::string> arguments{"orthogonalise", "gaussian:8x6", "--no-time", "--json"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const Outcome outcome = run_program(arguments);
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        return Json::parse(outcome.out)["engines"][0];
    };
    const auto values = [](const Json& json) {
        return std::pair{json["least"].get<double>(), json["largest"].get<double>()};
    };
    EXPECT_NE(values(result({"--engine", "optimal_cubic:2", "--low", "0.3"})),
              values(result({"--engine", "optimal_cubic:2", "--low", "0.01"})));
    EXPECT_NE(values(result({"--engine", "floored", "--floor", "0.9"})),
              values(result({"--engine", "floored", "--floor", "0.1"})));
    EXPECT_NE(values(result({"--engine", "spectral_power", "--power", "0.25"})),
              values(result({"--engine", "spectral_power", "--power", "0.75"})));
    // One iteration of a x + b x^3 + c x^5 at zero: its slope is a; Jordan's own numbers are
    // Jordan.
    EXPECT_NEAR(
        result({"--engine", "custom:1", "--custom", "2,0,0"})["slope_at_zero"].get<double>(), 2,
        1e-12);
    const Json jordan = result({"--engine", "jordan:3", "--precision", "float64"});
    const Json custom = result(
        {"--engine", "custom:3", "--precision", "float64", "--custom", "3.4445,-4.7750,2.0315"});
    EXPECT_EQ(values(jordan), values(custom));
}

}  // namespace
}  // namespace muonscope
