#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/matrix_source.h"
#include "app/cli/number_in.h"
#include "app/cli/text_table.h"
#include "app/cli/writable.h"
#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/base/split.h"
#include "core/formats/files.h"
#include "core/linalg/orthogonaliser.h"
#include "core/linalg/reductions.h"
#include "core/linalg/spectrum.h"
#include "core/measure/call_time.h"
#include "core/measure/orthogonality.h"

namespace muonscope::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t legend_names = 15;  // columns of the legend's first part
constexpr double least_double = std::numeric_limits<double>::min();

constexpr std::array<std::string_view, 5> precisions{"float64", "float32", "bfloat16",
                                                     "tensor_core", "bfloat16_fused"};

std::vector<std::string> engine_slugs() {
    std::vector<std::string> slugs;
    for (const EngineName& name : engine_names()) slugs.emplace_back(name.slug);
    return slugs;
}

Engine engine_in(const std::string& text) {
    for (const EngineName& name : engine_names())
        if (name.slug == text) return name.engine;
    const std::vector<std::string> slugs = engine_slugs();
    const std::string near = did_you_mean(text, slugs);
    throw Error("--engine " + in_quotes(text), "is not an engine",
                near.empty() ? fmt::format("choose one of {}", fmt::join(slugs, ", ")) : near);
}

Precision precision_in(const std::string& text) {
    const auto found = std::find(precisions.begin(), precisions.end(), text);
    if (found == precisions.end())
        throw Error("--precision " + in_quotes(text), "is not a precision",
                    fmt::format("choose one of {}", fmt::join(precisions, ", ")));
    return static_cast<Precision>(found - precisions.begin());
}

// What every engine shares.
OrthogonaliserSpec common_spec(const OrthogonaliseArguments& arguments) {
    OrthogonaliserSpec spec;
    spec.precision = precision_in(arguments.precision);
    spec.seed = static_cast<std::uint64_t>(
        whole_number_in(arguments.seed, "--seed", 0, 999'999'999'999'999));
    spec.low = number_in(arguments.low, "--low", 1e-12, 1);
    spec.floor = number_in(arguments.floor, "--floor", 1e-12, 1);
    spec.power = number_in(arguments.power, "--power", -.5, 1);
    const std::vector<std::string_view> custom = split(arguments.custom, ',');
    if (custom.size() != 3)
        throw Error("--custom " + in_quotes(arguments.custom), "is not three numbers",
                    "write a,b,c of a x + b x^3 + c x^5");
    spec.custom = {number_in(custom[0], "--custom", -100, 100),
                   number_in(custom[1], "--custom", -100, 100),
                   number_in(custom[2], "--custom", -100, 100)};
    return spec;
}

// "NAME" or "NAME:ITERATIONS".
OrthogonaliserSpec engine_spec(const std::string& text, OrthogonaliserSpec spec) {
    const std::size_t colon = text.find(':');
    spec.engine = engine_in(text.substr(0, colon));
    spec.iterations = usual_iterations(spec.engine);
    if (colon == std::string::npos) return spec;
    const std::string where = "--engine " + in_quotes(text);
    if (!takes_iterations(spec.engine))
        throw Error(where, "this engine takes no iterations",
                    "write --engine " + std::string(slug(spec.engine)));
    spec.iterations =
        static_cast<int>(whole_number_in(text.substr(colon + 1), where, 1, most_iterations));
    return spec;
}

std::vector<OrthogonaliserSpec> chosen_engines(const OrthogonaliseArguments& arguments) {
    const OrthogonaliserSpec common = common_spec(arguments);
    std::vector<OrthogonaliserSpec> specs;
    for (const std::string& text : arguments.engines) specs.push_back(engine_spec(text, common));
    if (!arguments.compare.empty() && arguments.compare != "all")
        throw Error("--compare " + in_quotes(arguments.compare), "is not something to compare with",
                    "write --compare all, or name engines by --engine");
    if (!arguments.output.empty() && specs.size() != 1)
        throw Error("-o " + in_quotes(arguments.output, 200),
                    fmt::format("{} engines are named, and one result is written", specs.size()),
                    "name one by --engine");
    if (specs.empty() || arguments.compare == "all")
        for (const EngineName& name : engine_names())
            if (std::none_of(specs.begin(), specs.end(),
                             [&](const auto& spec) { return spec.engine == name.engine; }))
                specs.push_back(engine_spec(std::string(name.slug), common));
    return specs;
}

CallTime timed(const OrthogonaliserSpec& spec, const Matrix& gradient) {
    Orthogonaliser orthogonaliser(gradient.rows(), gradient.cols(), spec);
    Matrix result(gradient.rows(), gradient.cols());
    return time_calls([&] { orthogonaliser.orthogonalise(gradient, result); }, {.most = 1001})
        .finish();
}

struct Line {
    EngineReport report;
    std::optional<CallTime> times;
};

// Few digits, and no more than another processor's rounding leaves alike.
std::string number(double value, int decimals) {
    return std::abs(value) < 1e4 ? fmt::format("{:.{}f}", value, decimals)
                                 : fmt::format("{:.2e}", value);
}

std::string table(const std::vector<Line>& lines) {
    std::vector<std::vector<std::string>> cells{{"engine", "slope at 0", "error", "least",
                                                 "largest", "cos polar", "cos G", "multiply-adds"}};
    const bool has_times = lines.front().times.has_value();
    if (has_times) cells[0].insert(cells[0].end(), {"time", "quartiles"});
    for (const auto& [report, times] : lines) {
        cells.push_back({name_of(report.spec),
                         report.slope_at_zero ? fmt::format("{:.4g}", *report.slope_at_zero) : "-",
                         number(report.orthogonality_error, 4), number(report.least, 3),
                         number(report.largest, 3), number(report.cosine_to_polar, 4),
                         number(report.cosine_to_gradient, 4),
                         fmt::format("{:.2e}", report.multiply_adds)});
        if (times)
            cells.back().insert(
                cells.back().end(),
                {fmt::format("{:.0f} µs", 1e6 * times->median),
                 fmt::format("{:.0f} to {:.0f}", 1e6 * times->lower, 1e6 * times->upper)});
    }
    return text_table(cells, {1, 2, 3, 4, 5, 6, 7, 8, 9});
}

Json to_json(const std::vector<Line>& lines) {
    Json list = Json::array();
    for (const auto& [report, times] : lines) {
        Json json;
        json["engine"] = slug(report.spec.engine);
        json["iterations"] =
            takes_iterations(report.spec.engine) ? Json(report.spec.iterations) : Json();
        json["slope_at_zero"] = report.slope_at_zero ? Json(*report.slope_at_zero) : Json();
        json["orthogonality_error"] = report.orthogonality_error;  // null: not finite
        json["least"] = report.least;
        json["largest"] = report.largest;
        json["cosine_to_polar"] = report.cosine_to_polar;
        json["cosine_to_gradient"] = report.cosine_to_gradient;
        json["multiply_adds"] = report.multiply_adds;
        if (times)
            json["seconds"] = {{"median", times->median},
                               {"lower_quartile", times->lower},
                               {"upper_quartile", times->upper},
                               {"runs", times->runs}};
        list.push_back(json);
    }
    return list;
}

}  // namespace

std::string engine_list() {
    std::string text;
    for (const EngineName& name : engine_names())
        text += fmt::format("  {:<19} {}\n", name.slug, name.help);
    return text;
}

int orthogonalise(const OrthogonaliseArguments& arguments) {
    const std::vector<OrthogonaliserSpec> specs = chosen_engines(arguments);
    if (!arguments.output.empty()) check_ending(arguments.output, "-o", ".npy");
    check_writable(arguments.output, "-o");
    const Matrix gradient = matrix_from(arguments.source, specs.front().seed);
    const Matrix polar = polar_factor(gradient);

    std::vector<Line> lines;
    for (const OrthogonaliserSpec& spec : specs)
        lines.push_back({report(spec, gradient, polar),
                         arguments.no_time ? std::nullopt : std::optional(timed(spec, gradient))});
    if (!arguments.output.empty()) {
        const Matrix& result = lines.front().report.result;
        if (!result.allFinite())
            throw Error("-o " + in_quotes(arguments.output, 200),
                        "the result is not finite: nothing is written",
                        "choose coefficients or iterations that converge");
        write_npy(arguments.output, result);
    }

    // As they are, and as shares of |G|, which may itself be beyond the largest double.
    const double unit = scaled_norm(gradient).unit;
    const Vector scaled = singular_values(unit * gradient);
    const Vector values = scaled / unit, shares = scaled / std::max(scaled.norm(), least_double);
    const double least = values(values.size() - 1);
    if (arguments.json) {
        Json json;
        json["matrix"] = arguments.source;
        json["rows"] = gradient.rows();
        json["cols"] = gradient.cols();
        json["precision"] = arguments.precision;
        json["seed"] = specs.front().seed;
        json["largest"] = values(0);
        json["least"] = least;
        json["engines"] = to_json(lines);
        fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
        return done;
    }
    fmt::print("{}\n{}\n{}",
               text_below(fmt::format(
                   "{}: {} x {}, singular values {:.4g} to {:.4g}, s/‖G‖ {:.3g} to {:.3g}, {}",
                   arguments.source, gradient.rows(), gradient.cols(), values(0), least, shares(0),
                   shares(shares.size() - 1), arguments.precision)),
               table(lines), legend_below(orthogonalise_legend, legend_names));
    if (!arguments.no_time) fmt::print("{}", legend_below(orthogonalise_time_legend, legend_names));
    return done;
}

}  // namespace muonscope::cli
