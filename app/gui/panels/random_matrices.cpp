#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/local_row.h"
#include "app/gui/panels/panels.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/stroke.h"
#include "app/gui/plots/table.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/random_sample.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/theory/edelman.h"
#include "imgui.h"

namespace muonscope::gui {
namespace {

using namespace plots;

Parameter integer(const char* key, const char* label, int low, int high, int fallback,
                  const char* help) {
    Parameter parameter;
    parameter.key = key;
    parameter.label = label;
    parameter.type = ParameterType::integer;
    parameter.min = parameter.usual_min = low;
    parameter.max = parameter.usual_max = high;
    parameter.scale = ParameterScale::logarithmic;
    parameter.fallback = std::int64_t{fallback};
    parameter.help = help;
    return parameter;
}

void controls(PanelContext& context, RandomSample& sample) {
    const int n = sample.n, seed = sample.seed, wanted = sample.wanted;
    local_row(context,
              integer("n", "Size n", 2, 512, 32,
                      "Matrices are n x n, entries independent and standard normal. The laws are "
                      "those of large n. The smallest singular value obeys early; κ/n falls "
                      "short at small n, because s₁ comes to 2√n only slowly."),
              sample.n);
    local_row(context,
              integer("count", "How many", 100, 200000, 20000,
                      "Drawing ends here. Of more matrices the rarer and the nearer to singular "
                      "are seen."),
              sample.wanted);
    local_row(context,
              integer("seed", "Seed", 1, 1000000, 1, "Draw i of a seed is always the same matrix."),
              sample.seed);
    if (n != sample.n || seed != sample.seed || wanted != sample.wanted) sample.stopped = false;

    ImGui::Dummy({0, em(0.2F)});
    const bool finished = sample.summary.drawn >= sample.wanted && sample.summary_n == sample.n;
    ImGui::BeginDisabled(finished && !sample.drawing());
    if (quiet_button(context, sample.stopped ? "Go on###draw" : "Stop###draw",
                     button_width("Go on"), "Matrices are drawn beside the training.",
                     sample.stopped))
        sample.stopped = !sample.stopped;
    ImGui::EndDisabled();
    ImGui::SameLine(0, em(0.6F));
    ImGui::AlignTextToFramePadding();
    ImGui::TextColored(context.theme.dim, "%s",
                       fmt::format("{} drawn", sample.summary.drawn).c_str());
}

struct LawRow {
    const char *name, *help;
    std::string measured, predicted;
};

std::string figure(double value) {
    if (!std::isfinite(value)) return "–";
    return value >= 100 ? fmt::format("{:.0f}", value) : fmt::format("{:.3g}", value);
}

void law_table(PanelContext& context, const RandomSample& sample) {
    const SampleSummary& s = sample.summary;
    const bool any = s.drawn > 0;
    const auto shown = [&](double value) { return any ? figure(value) : std::string("–"); };
    const double bound = 1.63 / std::sqrt(std::max(1.0, static_cast<double>(s.drawn)));
    const std::array rows{
        LawRow{"median of κ/n", "κ = s₁/sₙ. Half of all matrices have a larger one: 3.67 n.",
               shown(s.condition.median), figure(edelman_condition_quantile(0.5))},
        LawRow{"one in ten above", "The ninth decile of κ/n.", shown(s.condition.ninth_decile),
               figure(edelman_condition_quantile(0.9))},
        LawRow{"median of √n·sₙ",
               "The smallest singular value is of the order 1/√n, the largest about 2√n.",
               shown(s.smallest.median), figure(edelman_smallest_quantile(0.5))},
        LawRow{"distance of κ/n",
               "Kolmogorov's distance: the largest difference between the share of matrices below "
               "x and the law, over all x. Beside it what draws from the law itself exceed once "
               "in a hundred times, 1.63/√count; a small n shows as more than that.",
               shown(s.condition.distance), any ? "< " + figure(bound) : "–"},
        LawRow{"distance of √n·sₙ", "The same for the smallest singular value.",
               shown(s.smallest.distance), any ? "< " + figure(bound) : "–"},
        LawRow{"singular",
               "Matrices whose numerical rank is below n: sₙ ≤ n ε s₁ with ε = 2.2·10⁻¹⁶, what "
               "rounding alone may leave of a zero. The law gives them probability 0.",
               any ? fmt::format("{}", s.singular) : "–", "0"},
    };
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, {em(0.25F), em(0.12F)});
    if (ImGui::BeginTable("laws", 3,
                          ImGuiTableFlags_BordersInnerH | ImGuiTableFlags_NoPadOuterX |
                              ImGuiTableFlags_NoSavedSettings)) {
        ImGui::TableSetupColumn("what", ImGuiTableColumnFlags_WidthStretch, 1);
        ImGui::TableSetupColumn("here", ImGuiTableColumnFlags_WidthFixed, em(4.2F));
        ImGui::TableSetupColumn("law", ImGuiTableColumnFlags_WidthFixed, em(4.2F));
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        right_cell("drawn", context.theme.dim);
        right_cell("law", context.theme.dim);
        for (const LawRow& row : rows) {
            ImGui::TableNextRow();
            ImGui::TableNextColumn();
            ImGui::TextColored(context.theme.dim, "%s", row.name);
            hover_help(context, row.name, row.help);
            ImGui::PushFont(context.fonts.mono, ImGui::GetStyle().FontSizeBase * 0.95F);
            right_cell(row.measured, context.theme.text);
            right_cell(row.predicted, context.theme.dim);
            ImGui::PopFont();
        }
        ImGui::EndTable();
    }
    ImGui::PopStyleVar();
}

constexpr const char* why =
    "A random square matrix has independent columns with probability 1: singular ones are where a "
    "polynomial, the determinant, is zero, and that set has no volume. But they lie close by. The "
    "smallest singular value shrinks like 1/√n while the largest grows like 2√n, so κ is some "
    "multiple of n, and every d digits more of κ are ten to the d times as rare, not impossible: "
    "beyond x·n lie about 2/x of all.";

struct Shown {
    const char *id, *name, *help;
    const DrawnLaw* drawn;
    double (*law)(double);
    double (*density)(double);
    double (*quantile)(double);
    ChartAxis x;
};

// On a logarithmic axis a density is per decade, so that areas are shares.
double density(const Shown& what, double x) {
    return what.x.logarithmic ? what.density(x) * x * std::log(10.0) : what.density(x);
}

// The density of n s^2 has no end at zero: the axis shows where it has come down to.
double highest_density(const Shown& what) {
    const Axis axis = Axis::between(what.x.min, what.x.max, what.x.scale());
    double high = 0;
    for (int i = 1; i < 400; ++i) high = std::max(high, density(what, axis.at_share(i / 400.0)));
    return std::min(high, 2.0);
}

// A bar a bin; the one under the mouse stands out.
Bars histogram_of(const Shown& what, const RandomSample& sample, const ImVec4& colour,
                  std::size_t over) {
    const Histogram& histogram = what.drawn->histogram;
    Bars bars;
    bars.name =
        fmt::format("{} matrices, n = {}", sample.summary.drawn,
                    sample.drawing() && sample.summary.drawn == 0 ? sample.n : sample.summary_n);
    bars.up = "density drawn";
    bars.colour = with_alpha(colour, 0.6F);
    bars.index.name = "from";
    Column to{"to", {}}, drawn{"share drawn", {}}, law{"share by the law", {}};
    for (std::size_t bin = 0; sample.summary.drawn > 0 && bin < histogram.shares.size(); ++bin) {
        const double from = histogram.edge(bin), end = histogram.edge(bin + 1);
        bars.from.push_back(from);
        bars.to.push_back(end);
        bars.height.push_back(histogram.density(bin));
        bars.colours.push_back(with_alpha(colour, bin == over ? 0.85F : 0.45F));
        bars.index.values.push_back(from);
        to.values.push_back(end);
        drawn.values.push_back(histogram.shares[bin]);
        law.values.push_back(what.law(end) - what.law(from));
    }
    bars.beside = {to, drawn, law};
    return bars;
}

Chart law_chart(const PanelContext& context, const Shown& what, const RandomSample& sample,
                std::size_t over) {
    const Theme& theme = context.theme;
    const ImVec4 drawn = theme.lane(0);
    Chart chart;
    chart.x = what.x;
    chart.y = {0, highest_density(what) * 1.2, false,
               what.x.logarithmic ? "share per decade" : "density"};
    chart.marks.emplace_back(histogram_of(what, sample, drawn, over));
    chart.marks.emplace_back(Function{"Edelman 1988, n → ∞",
                                      {theme.text, Dash::solid, 1.15F},
                                      [what](double x) { return density(what, x); }});
    const bool any = sample.summary.drawn > 0;
    chart.marks.emplace_back(
        Rule{"median drawn", true, any ? what.drawn->median : std::nan(""), {drawn}});
    chart.marks.emplace_back(
        Rule{"median of the law", true, what.quantile(0.5), {theme.dim, Dash::dashed}});
    return chart;
}

void law_readout(PanelContext& context, const Shown& what, std::size_t bin) {
    const Histogram& histogram = what.drawn->histogram;
    const double from = histogram.edge(bin), to = histogram.edge(bin + 1);
    const std::array rows{
        ReadoutRow{"drawn here", fmt::format("{:.2f} %", 100 * histogram.shares[bin]),
                   context.theme.lane(0)},
        ReadoutRow{"law", fmt::format("{:.2f} %", 100 * (what.law(to) - what.law(from))),
                   context.theme.text},
        ReadoutRow{"law, all beyond", fmt::format("{:.3g} %", 100 * (1 - what.law(to))),
                   context.theme.dim}};
    draw_readout(context,
                 fmt::format("{} from {} to {}", what.name, value_text(from), value_text(to)),
                 rows);
}

// The bin under the mouse; as many as there are: none.
std::size_t bin_under_mouse(const Axes& axes, const Histogram& histogram) {
    const double mouse = axes.value_x(ImGui::GetMousePos().x);
    for (std::size_t bin = 0; axes.hovered && bin < histogram.shares.size(); ++bin)
        if (mouse >= histogram.edge(bin) && mouse < histogram.edge(bin + 1)) return bin;
    return histogram.shares.size();
}

void draw_law(PanelContext& context, const Shown& what, const RandomSample& sample, ImVec2 room) {
    const std::size_t none = what.drawn->histogram.shares.size();
    const ChartOptions options{.id = what.id, .name = what.id + 2, .size = room};
    Axes axes;
    if (!begin_chart(context, options, law_chart(context, what, sample, none), axes)) return;
    const std::size_t over = bin_under_mouse(axes, what.drawn->histogram);
    draw_marks(context, axes, law_chart(context, what, sample, over));
    end_chart(context, axes);
    if (sample.summary.drawn > 0 && over < none)
        law_readout(context, what, over);
    else if (axes.hovered)
        hover_help(context, what.name, what.help);
    chart_menu(context, options, axes,
               [&](const PanelContext& on) { return law_chart(on, what, sample, none); });
}

void draw_random_matrices(PanelContext& context) {
    RandomSample& sample = random_sample(context);
    SideColumn column = begin_side_column("numbers", em(19), em(11));
    controls(context, sample);
    ImGui::Dummy({0, em(0.3F)});
    law_table(context, sample);
    ImGui::Dummy({0, em(0.3F)});
    ImGui::PushStyleColor(ImGuiCol_Text, context.theme.dim);
    ImGui::TextWrapped("%s", why);
    ImGui::PopStyleColor();
    end_side_column(column);

    const Shown condition{
        "##condition-number",
        "κ/n",
        "P(κ/n < x) = exp(−2/x − 2/x²), κ = s₁/sₙ, for large n. There is no mean: the tail falls "
        "like 2/x.",
        &sample.summary.condition,
        edelman_condition_law,
        edelman_condition_density,
        edelman_condition_quantile,
        {0.3, 3000, true, "κ/n"}};
    const Shown smallest{
        "##smallest-value",
        "√n·sₙ",
        "P(√n·sₙ < x) = 1 − exp(−x²/2 − x), sₙ the smallest singular value, for large n. The "
        "density at 0 is 1: nothing keeps a random matrix away from singular ones.",
        &sample.summary.smallest,
        edelman_smallest_law,
        edelman_smallest_density,
        edelman_smallest_quantile,
        {0, 3, false, "√n·sₙ"}};
    const Shown square{
        "##smallest-value-squared",
        "n·sₙ²",
        "P(n·sₙ² < x) = 1 − exp(−x/2 − √x), sₙ the smallest singular value, for large n. Near 0 "
        "the density grows like 1/(2√x).",
        &sample.summary.smallest_square,
        edelman_smallest_square_law,
        edelman_smallest_square_density,
        edelman_smallest_square_quantile,
        {0, 3, false, "n·sₙ²"}};

    const std::array laws{&condition, &smallest, &square};
    const bool two = column.rest.x > em(44);
    sample.shown = std::clamp(sample.shown, 0, 2);
    ImGui::BeginGroup();
    if (two)
        segmented(context, "law", {"κ/n and √n·sₙ", "κ/n and n·sₙ²"}, sample.shown,
                  "What is drawn beside the condition number.");
    else
        segmented(context, "law", {"κ/n", "√n·sₙ", "n·sₙ²"}, sample.shown, "What is drawn.");
    ImVec2 room = ImGui::GetContentRegionAvail();
    if (two) {
        room.x = (room.x - em(0.6F)) / 2;
        draw_law(context, condition, sample, room);
        ImGui::SameLine(0, em(0.6F));
        draw_law(context, sample.shown == 0 ? smallest : square, sample, room);
    } else {
        draw_law(context, *laws[sample.shown], sample, room);
    }
    ImGui::EndGroup();
}

}  // namespace

constinit const Panel random_matrices_panel{
    .title = "Random matrices",
    .explanation = "how near to singular they are",
    .help =
        "Draws square Gaussian matrices beside the training and holds their condition numbers and "
        "smallest singular values against the laws of A. Edelman (1988).",
    .draw = draw_random_matrices,
    .least = {22, 12},
};

}  // namespace muonscope::gui
