#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "app/gui/model_tokens.h"
#include "app/gui/panels/talk_views.h"
#include "app/gui/plots/colour_scale.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/export_menu.h"
#include "app/gui/plots/readout.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

namespace muonscope::gui {

using namespace plots;

namespace {

using Index = Eigen::Index;

struct TypedText {
    std::array<char, std::size_t{1} << 15U> text{};
    void set(std::string_view to) {
        text.fill('\0');
        to.copy(text.data(), text.size() - 1);
    }
};

void text_popup(PanelContext& context, TalkState& state) {
    TalkChoices& chosen = context.chosen<TalkChoices>();
    TypedText& typed = context.kept<TypedText>();
    if (quiet_button(context, "Text…", button_width("Text…"),
                     "The text that is read: here, by a sweep in Model weights, and where nothing "
                     "else is said by muonscope weights score.")) {
        typed.set(chosen.measured_text());
        ImGui::OpenPopup("text");
    }
    if (!ImGui::BeginPopup("text")) return;
    const ImVec2 screen = ImGui::GetMainViewport()->Size;
    ImGui::InputTextMultiline(
        "##text", typed.text.data(), typed.text.size(),
        {std::min(em(44), 0.8F * screen.x), std::min(em(16), 0.5F * screen.y)},
        ImGuiInputTextFlags_WordWrap);
    const std::string text = typed.text.data();
    ImGui::BeginDisabled(text.empty());
    if (quiet_button(context, "Read it", button_width("Read it"),
                     fmt::format("Up to {} tokens of it.", longest_text), true)) {
        chosen.text = {text};
        if (text == common_text()) chosen.text.clear();
        measure_text(state, text);
        ImGui::CloseCurrentPopup();
    }
    ImGui::EndDisabled();
    ImGui::SameLine(0, em(0.4F));
    if (quiet_button(context, "The usual one", button_width("The usual one"),
                     "Five sentences that were written for this."))
        typed.set(common_text());
    ImGui::EndPopup();
}

std::string state_words(const TalkState& state) {
    if (state.is_at(TalkTask::text) && !state.loaded) return "reading the model";
    const std::optional<MeasuredText>& read = state.text.read;
    if (!read) return state.is_at(TalkTask::text) ? "reading the text" : "";
    if (read->change) return change_words(*read->change, read->change->divergence.size());
    if (state.is_at(TalkTask::text)) return "reading it with the edits";
    double sum = 0;
    for (std::size_t i = 1; i < read->surprise.size(); ++i) sum += read->surprise[i];
    const auto count = static_cast<double>(read->surprise.size() - 1);
    return fmt::format("{} tokens, perplexity {}; edit the model to see what changes",
                       read->tokens.size(), value_text(std::exp(sum / count)));
}

void controls(PanelContext& context, TalkState& state) {
    const std::string text = context.chosen<TalkChoices>().measured_text();
    if (quiet_button(context, "Read", button_width("Read"),
                     "The model reads the text as it is and with the edits of Model weights; when "
                     "these change, again.",
                     true))
        measure_text(state, text);
    stop_button(context, state, TalkTask::text, "Ends reading.");
    ImGui::SameLine(0, em(0.3F));
    text_popup(context, state);
}

void text_readout(PanelContext& context, const MeasuredText& read, std::size_t i) {
    std::vector<ReadoutRow> rows;
    if (i > 0)
        rows.push_back({"its probability",
                        fmt::format("{:.3g} %", 100 * std::exp(-read.surprise[i])),
                        context.theme.dim});
    if (read.change) {
        rows.push_back({"KL of what comes next",
                        fmt::format("{} nats", value_text(read.change->divergence[i])),
                        context.theme.accent});
        rows.push_back({"likeliest next token", read.change->same_top[i] ? "the same" : "another",
                        context.theme.dim});
    }
    draw_readout(context, fmt::format("{}: {}", i, shown_token(read.tokens[i])), rows);
}

// Shaded by how much the edits change what comes after a token, with a line below where another one
// becomes the likeliest there; without edits by how little the token was expected.
void text_itself(PanelContext& context, const MeasuredText& read, ImVec2 size) {
    // As high as the text, as far as there is room.
    ImGui::SetNextWindowSizeConstraints({size.x, em(1)}, size);
    ImGui::BeginChild("read", {size.x, 0}, ImGuiChildFlags_AutoResizeY);
    TokenWriter writer(context, ImGui::GetContentRegionAvail().x);
    std::size_t pointed = read.tokens.size();
    for (std::size_t i = 0; i < read.tokens.size(); ++i) {
        const double shade = read.change ? 1 - std::exp(-read.change->divergence[i])
                             : i > 0     ? 1 - std::exp(-read.surprise[i])
                                         : 0;
        const bool other = read.change && !read.change->same_top[i];
        if (writer.add(read.tokens[i], shade, other ? TokenMark::line : TokenMark::none))
            pointed = i;
    }
    writer.finish();
    if (pointed < read.tokens.size()) text_readout(context, read, pointed);
    ImGui::EndChild();
}

Ticks layer_ticks(int layers, float length) {
    Ticks ticks;
    const int stride = round_stride(layers, static_cast<int>(length / em(1.4F)));
    if (stride == 1) ticks.add(-0.5, "in");
    for (int block = 0; block + 1 < layers; block += stride)
        ticks.add(-block - 1.5, fmt::format("{}", block));
    return ticks;
}

Matrix lengths_of(const ResidualSizes& sizes) {
    Matrix lengths(sizes.layers, sizes.positions);
    for (int i = 0; i < sizes.layers; ++i)
        for (int j = 0; j < sizes.positions; ++j) lengths(i, j) = sizes.at(i, j).length;
    return lengths;
}

Chart residual_chart(const PanelContext& context, const ResidualSizes& sizes,
                     const ColourScale& scale) {
    Chart chart;
    chart.title = "length of the residual stream";
    chart.legend = false;
    chart.x = {0, static_cast<double>(sizes.positions), false, "token"};
    chart.y = {-static_cast<double>(sizes.layers), 0, false, "after block"};
    chart.x.lines = chart.y.lines = false;
    chart.y.ticks = [layers = sizes.layers](double, double, float length) {
        return layer_ticks(layers, length);
    };
    Cells cells;
    cells.name = "length";
    cells.values = lengths_of(sizes).unaryExpr([scale](double v) { return scale.share(v); });
    cells.none = context.theme.well;
    cells.row = "layer";
    cells.column = "token";
    cells.colour = [theme = &context.theme](double share) {
        return theme->mapped(std::clamp(share, 0.0, 1.0));
    };
    chart.marks.emplace_back(std::move(cells));
    return chart;
}

Table residual_table(const ResidualSizes& sizes) {
    Table table;
    table.columns = {"layer", "token", "length", "peak", "dimension"};
    for (int i = 0; i < sizes.layers; ++i)
        for (int j = 0; j < sizes.positions; ++j) {
            const ResidualSize& size = sizes.at(i, j);
            table.rows.push_back({static_cast<double>(i), static_cast<double>(j), size.length,
                                  static_cast<double>(size.peak),
                                  static_cast<double>(size.dimension)});
        }
    return table;
}

void residual_readout(PanelContext& context, const MeasuredText& read, const ResidualSizes& sizes,
                      const Axes& axes) {
    const ImVec2 mouse = ImGui::GetMousePos();
    const double row = std::floor(-axes.value_y(mouse.y)),
                 column = std::floor(axes.value_x(mouse.x));
    if (row < 0 || column < 0 || row >= sizes.layers || column >= sizes.positions) return;
    const auto layer = static_cast<int>(row), position = static_cast<int>(column);
    const ResidualSize& size = sizes.at(layer, position);
    const std::array rows{
        ReadoutRow{"length", value_text(size.length), context.theme.accent},
        ReadoutRow{fmt::format("largest entry, dimension {}", size.dimension),
                   value_text(static_cast<double>(size.peak)), context.theme.dim}};
    draw_readout(
        context,
        fmt::format("{}, token {} {}",
                    layer == 0 ? "embedding" : fmt::format("after block {}", layer - 1), position,
                    shown_token(read.tokens[static_cast<std::size_t>(position)])),
        rows);
}

void residual_map(PanelContext& context, const MeasuredText& read, const ResidualSizes& sizes,
                  ImVec2 size) {
    // One scale for both, so that what the edits did is a colour.
    Matrix both = lengths_of(read.residual);
    if (read.change) {
        const Matrix after = lengths_of(read.change->residual);
        Matrix all(both.rows(), both.cols() + after.cols());
        all << both, after;
        both = std::move(all);
    }
    const ColourScale scale = colour_scale(both, true);
    const float top = ImGui::GetCursorPosY();
    draw_colour_scale(context, scale);
    size.y -= ImGui::GetCursorPosY() - top;
    const ChartOptions options{.id = "##residual", .name = "residual", .size = size};
    Axes axes;
    const Chart chart = residual_chart(context, sizes, scale);
    if (!begin_chart(context, options, chart, axes)) return;
    draw_marks(context, axes, chart);
    end_chart(context, axes);
    if (axes.hovered) residual_readout(context, read, sizes, axes);
    export_menu(
        context, "##export", options.name, axes.hovered,
        {.table = [&] { return residual_table(sizes); },
         .charts =
             [&](const PanelContext& on) {
                 return std::vector<Chart>{as_shown(on, options, residual_chart(on, sizes, scale))};
             },
         .fit = [&] { fit_chart(context, options); }});
}

void drift_plot(PanelContext& context, const TextChange& change, ImVec2 size) {
    Chart chart;
    chart.title = "drift of the residual stream";
    Curve curve;
    curve.name = "‖x′ − x‖/‖x‖, mean over tokens";
    curve.ink = {context.theme.accent};
    curve.dots = true;
    curve.index.name = "layer";
    double low = std::numeric_limits<double>::infinity(), high = 0;
    for (std::size_t layer = 0; layer < change.drift.size(); ++layer) {
        const double drift = change.drift[layer];
        curve.x.push_back(static_cast<double>(layer) - 1);
        curve.index.values.push_back(static_cast<double>(layer) - 1);
        curve.y.push_back(drift > 0 ? drift : std::numeric_limits<double>::quiet_NaN());
        if (!(drift > 0) || !std::isfinite(drift)) continue;
        low = std::min(low, drift);
        high = std::max(high, drift);
    }
    if (high == 0) {
        dim_paragraph(context, "The edits move nothing on the way of this text.");
        return;
    }
    chart.x = {-1.3, static_cast<double>(change.drift.size()) - 1.7, false,
               "after block (−1: the embedding)"};
    chart.y = {low / 1.5, high * 1.5, true, "drift"};
    chart.marks.emplace_back(std::move(curve));
    const ChartOptions options{.id = "##drift", .name = "drift", .size = size};
    Axes axes;
    if (!begin_chart(context, options, chart, axes)) return;
    draw_marks(context, axes, chart);
    end_chart(context, axes);
    chart_menu(context, options, axes, [&](const PanelContext&) { return chart; });
}

void plot_choice(PanelContext& context, bool edited) {
    TalkChoices& chosen = context.chosen<TalkChoices>();
    const char* help =
        "Length of the residual stream at each token after each block: a massive activation is a "
        "column of another colour. Drift: how far the edits have moved it, ‖x′ − x‖/‖x‖.";
    if (edited)
        segmented(context, "plot", {"residual", "edited", "drift"}, chosen.text_plot, help);
    else {
        ImGui::TextColored(context.theme.dim, "length of the residual stream");
        hover_help(context, "Residual stream", help);
    }
}

}  // namespace

void draw_text_view(PanelContext& context, TalkState& state, ImVec2 size) {
    const float top = ImGui::GetCursorPosY();
    controls(context, state);
    ImGui::SameLine(0, em(0.6F));
    change_line(context, state_words(state), "the text that was read", LineOf::controls);
    ImGui::Dummy({0, em(0.1F)});
    if (!state.text.read) {
        dim_paragraph(context,
                      "A text that the model reads: how likely each token was, how large the "
                      "residual stream is in every layer, and how far the edits move both.");
        return;
    }
    const MeasuredText& read = *state.text.read;
    float left = size.y - (ImGui::GetCursorPosY() - top);
    text_itself(context, read, {size.x, std::min(em(10), 0.36F * left)});
    const bool edited = read.change.has_value();
    plot_choice(context, edited);
    left = size.y - (ImGui::GetCursorPosY() - top);
    const int plot = edited ? context.chosen<TalkChoices>().text_plot : 0;
    if (plot == 2)
        drift_plot(context, *read.change, {size.x, left});
    else {
        ImGui::SameLine(0, em(0.8F));
        residual_map(context, read, plot == 1 ? read.change->residual : read.residual,
                     {size.x, left});
    }
}

}  // namespace muonscope::gui
