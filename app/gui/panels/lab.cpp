#include "app/gui/lab.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "app/gui/local_row.h"
#include "app/gui/panels/lab_views.h"
#include "app/gui/panels/panels.h"
#include "app/gui/path_dialog.h"
#include "app/gui/plots/source.h"
#include "app/gui/plots/stroke.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/formats/files.h"
#include "imgui.h"

namespace muonscope::gui {
namespace {

using namespace plots;

// Engines by name, so that an order that changes keeps what was chosen.
std::vector<Remembered> remembered(Preferences& preferences) {
    LabChoices& own = preferences.panels.of<LabChoices>();
    std::vector<Remembered> rows{{"lab_view", &own.view, 0, 2},
                                 {"lab_focus", &own.focus, 0, engine_count - 1}};
    for (std::size_t e = 0; e < engine_count; ++e)
        rows.push_back({fmt::format("lab_{}", slug(static_cast<Engine>(e))), &own.on[e]});
    return rows;
}

// ---- the matrix ----

void live_rows(PanelContext& context, Lab& bench) {
    const Snapshot* snapshot = context.snapshot;
    if (snapshot == nullptr || snapshot->lanes.empty()) {
        ImGui::TextColored(context.theme.dim, "waiting for the first step");
        return;
    }
    std::vector<const char*> lanes;
    for (const LaneSnapshot& lane : snapshot->lanes) lanes.push_back(lane.name.c_str());
    picker(context, "##lane", lanes, bench.wish.lane, "Whose weights.");
    std::vector<std::string> names;
    std::vector<const char*> layers;
    for (int layer = 1; layer <= std::max(1, snapshot->layout.layers()); ++layer)
        names.push_back(source_name(snapshot->layout, layer));
    for (const std::string& name : names) layers.push_back(name.c_str());
    int chosen = bench.wish.layer - 1;
    ImGui::SameLine(0, em(0.4F));
    picker(context, "##layer", layers, chosen,
           "The gradient of the experiment's loss over all data with respect to this layer, at "
           "the newest weights.");
    bench.wish.layer = chosen + 1;
}

void random_rows(PanelContext& context, Lab& bench) {
    LabWish& wish = bench.wish;
    constexpr std::array kinds{"Gaussian entries", "exponential spectrum", "power law spectrum"};
    int kind = static_cast<int>(wish.spectrum);
    picker(context, "##spectrum", kinds, kind,
           "Independent normal entries; or random singular vectors with s_k = decay^k, or "
           "s_k = k^(−exponent).");
    wish.spectrum = static_cast<RandomSpectrum>(kind);
    constexpr auto logarithmic = ParameterScale::logarithmic;
    local_row(context, integer_parameter("rows", "Rows", 1, 512, 64, "Outputs.", logarithmic),
              wish.rows);
    local_row(context, integer_parameter("cols", "Columns", 1, 512, 64, "Inputs.", logarithmic),
              wish.cols);
    if (wish.spectrum == RandomSpectrum::exponential)
        local_row(context,
                  real_parameter("decay", "Decay", 0.01, 1, 0.9,
                                 "Each singular value over the one before."),
                  wish.decay);
    if (wish.spectrum == RandomSpectrum::power_law)
        local_row(context, real_parameter("exponent", "Exponent", 0, 4, 1, "Of k^(−exponent)."),
                  wish.exponent);
    local_row(
        context,
        integer_parameter("seed", "Seed", 1, 1000000, 1, "Which matrix of this kind.", logarithmic),
        wish.seed);
}

void file_row(PanelContext& context, Lab& bench) {
    ImGui::SetNextItemWidth(ImGui::GetContentRegionAvail().x - em(5.4F));
    if (ImGui::InputTextWithHint("##path", "path of a .npy file, or FILE#TENSOR",
                                 bench.typed.data(), bench.typed.size(),
                                 ImGuiInputTextFlags_EnterReturnsTrue) ||
        ImGui::IsItemDeactivatedAfterEdit())
        bench.wish.path = bench.typed.data();
    hover_help(
        context, "File",
        "A two-dimensional array of float16, float32 or float64 saved by numpy.save, up to 512 "
        "rows and columns, or a matrix of a model file: Use… in Model weights writes its name. "
        "Enter loads it, and puts the hash of a model's numbers behind its name: later they are "
        "the same, or it is said that they are not.");
    ImGui::SameLine(0, em(0.4F));
    if (ImGui::Button("Choose…", {em(5), 0}))
        ask_path(context, {.title = "Open a matrix",
                           .verb = "Open",
                           .path = bench.typed.data(),
                           .ending = ".npy",
                           .saves = false,
                           .done = [&view = context.view](const std::string& path) {
                               read_npy(path);  // what is wrong with it is said in the dialog
                               load_file(view.panels.of<Lab>(), path);
                           }});
}

void matrix_rows(PanelContext& context, Lab& bench) {
    int source = static_cast<int>(bench.wish.source);
    segmented(context, "source", {"gradient", "random", "file"}, source,
              "The matrix to orthogonalise: the live gradient of a layer, a random one, or one "
              "from a file.");
    bench.wish.source = static_cast<LabSource>(source);
    ImGui::Dummy({0, em(0.1F)});
    if (bench.wish.source == LabSource::live) live_rows(context, bench);
    if (bench.wish.source == LabSource::random) random_rows(context, bench);
    if (bench.wish.source == LabSource::file) file_row(context, bench);
    const LabOutcome& outcome = bench.outcome;
    if (!outcome.error.empty() && outcome.wish.source == bench.wish.source) {
        ImGui::PushStyleColor(ImGuiCol_Text, context.theme.bad);
        ImGui::TextWrapped("%s", outcome.error.c_str());
        ImGui::PopStyleColor();
    } else if (outcome.rows > 0) {
        ImGui::TextColored(
            context.theme.dim, "%s",
            fmt::format("{} x {}, ‖G‖ = {}", outcome.rows, outcome.cols, value_text(outcome.norm))
                .c_str());
    }
}

// ---- the engines ----

// A name with its line: a click turns it on and makes it the one whose iterates are drawn; a click
// on that one turns it off.
void engine_word(PanelContext& context, Engine engine, float width) {
    const Theme& theme = context.theme;
    const std::string name(label(engine));
    LabChoices& chosen = context.chosen<LabChoices>();
    bool& on = chosen.on[place_of(engine)];
    const bool in_focus = chosen.focus == static_cast<int>(engine);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float height = em(1.4F);
    if (ImGui::InvisibleButton(name.c_str(), {std::max(1.0F, width), height},
                               ImGuiButtonFlags_EnableNav)) {
        if (on && in_focus) {
            on = false;
            const auto first = std::find(chosen.on.begin(), chosen.on.end(), true);
            if (first != chosen.on.end())
                chosen.focus = static_cast<int>(first - chosen.on.begin());
        } else {
            on = true;
            chosen.focus = static_cast<int>(engine);
        }
    }
    const bool focused = on && in_focus;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    if (focused || ImGui::IsItemHovered())
        draw->AddRectFilled(at, {at.x + width, at.y + height},
                            u32(with_alpha(theme.well, focused ? 1.0F : 0.5F)),
                            ImGui::GetStyle().FrameRounding);
    const float middle = at.y + height / 2;
    const std::array<ImVec2, 2> ends{ImVec2{at.x + em(0.35F), middle},
                                     ImVec2{at.x + em(1.45F), middle}};
    add_line(draw, ends, u32(on ? engine_colour(theme, engine) : theme.grid), theme.line() * 1.3F,
             engine_dash(engine), theme.scale);
    fitted_text(draw, {at.x + em(1.8F), at.y + (height - ImGui::GetFontSize()) / 2},
                std::max(1.0F, width - em(1.8F)), on ? theme.text : theme.dim, name.c_str());
    hover_help(context, name,
               std::string(help(engine)) +
                   "\n\nA click turns it on and shows its iterates; another turns it off.");
}

void engine_words(PanelContext& context) {
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {em(0.2F), em(0.1F)});
    const float width = (ImGui::GetContentRegionAvail().x - em(0.2F)) / 2;
    for (std::size_t e = 0; e < engine_count; ++e) {
        if (e % 2 == 1) ImGui::SameLine();
        engine_word(context, static_cast<Engine>(e), width);
    }
    ImGui::PopStyleVar();
}

void option_rows(PanelContext& context, Lab& bench) {
    OrthogonaliserSpec& options = bench.wish.options;
    constexpr auto logarithmic = ParameterScale::logarithmic;
    local_row(context,
              integer_parameter(
                  "iterations", "Iterations", 1, most_iterations, 5,
                  "Of the polynomial engines and of Newton's. The chosen engine's curves after "
                  "fewer iterations are drawn dim."),
              options.iterations);
    constexpr std::array precisions{"double", "float", "bfloat16", "tensor core",
                                    "bfloat16, fused"};
    int precision = static_cast<int>(options.precision);
    if (bench.on(Engine::custom)) {
        Quintic& q = options.custom;
        local_row(context,
                  real_parameter("a", "a", 0, 9, jordan_coefficients.a, "Of x: slope at zero."),
                  q.a);
        local_row(context, real_parameter("b", "b", -24, 2, jordan_coefficients.b, "Of x³."), q.b);
        local_row(context, real_parameter("c", "c", 0, 18, jordan_coefficients.c, "Of x⁵."), q.c);
        ImGui::PushStyleColor(ImGuiCol_Text, context.theme.dim);
        ImGui::TextWrapped("%s", custom_words(q).c_str());
        ImGui::PopStyleColor();
    }
    if (bench.on(Engine::optimal_cubic))
        local_row(context,
                  real_parameter("low", "Cubic made for", 1e-4, 1, 1e-3,
                                 "Optimal cubic: the smallest s/‖G‖ it is made for.", logarithmic),
                  options.low);
    if (bench.on(Engine::floored))
        local_row(context,
                  real_parameter("floor", "Floor", 1e-4, 1, 1e-2,
                                 "Floored polar: below this s/‖G‖ values pass in proportion.",
                                 logarithmic),
                  options.floor);
    if (bench.on(Engine::spectral_power))
        local_row(
            context,
            real_parameter("power", "Power", -0.5, 1, 0.5,
                           "Spectral power: 1 keeps the gradient's direction, 0 is the exact polar "
                           "factor."),
            options.power);
    ImGui::AlignTextToFramePadding();
    ImGui::TextColored(context.theme.dim, "Arithmetic");
    ImGui::SameLine(0, em(0.6F));
    picker(context, "##precision", precisions, precision,
           "In which the engines compute. It decides how far from orthogonal the exact ones end, "
           "and their time. Curves are exact.");
    options.precision = static_cast<Precision>(precision);
}

void draw_lab(PanelContext& context) {
    Lab& bench = lab(context);
    SideColumn column = begin_side_column("bench", em(19), em(14));
    matrix_rows(context, bench);
    ImGui::Dummy({0, em(0.2F)});
    engine_words(context);
    ImGui::Dummy({0, em(0.2F)});
    option_rows(context, bench);
    end_side_column(column);

    ImGui::BeginGroup();
    segmented(context, "view", {"transfer", "quality", "cost"}, context.chosen<LabChoices>().view,
              "Transfer: what each engine does to a singular value. Quality: what came of this "
              "matrix. Cost: time on this machine.");
    ImGui::SameLine(0, em(1));  // what belongs to the view stands beside it
    if (context.chosen<LabChoices>().view == 0) {
        interval_row(context, bench);
        draw_lab_transfer(context, bench);
    } else if (context.chosen<LabChoices>().view == 1) {
        draw_lab_quality(context, bench);
    } else {
        draw_lab_cost(context, bench);
    }
    ImGui::EndGroup();
}

}  // namespace

constinit const Panel lab_panel{
    .title = "Orthogonaliser lab",
    .explanation = "what each engine makes of one matrix",
    .help =
        "A bench for the ways from a gradient to an orthogonal update: what each does to every "
        "singular value, how orthogonal the result is and how near to the exact polar factor and "
        "to "
        "the gradient, and what it costs on this machine.",
    .draw = draw_lab,
    .least = {24, 12},
    .weights = true,
    .remembered = remembered,
    .narrowest = 34,
};

}  // namespace muonscope::gui
