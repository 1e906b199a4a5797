#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "app/gui/panels/panels.h"
#include "app/gui/panels/token_writer.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/export_menu.h"
#include "app/gui/plots/named_grid.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/source.h"
#include "app/gui/theme.h"
#include "app/gui/tokens_now.h"
#include "app/gui/widgets.h"
#include "imgui.h"

// What a transformer looks at and what it says, of one held-out sequence.
namespace muonscope::gui {

namespace {

using namespace plots;

enum View { attention, answers, speech };

struct TokensChoices {
    int view = attention;
    int sequence = 0, lane = 0, block = 0;
};

std::vector<Remembered> remembered(Preferences& preferences) {
    TokensChoices& own = preferences.panels.of<TokensChoices>();
    return {{"tokens_view", &own.view, 0, 2},
            {"tokens_sequence", &own.sequence, 0, 255},
            {"tokens_lane", &own.lane, 0, 7},
            {"tokens_block", &own.block, 0, 3}};
}

std::string shown(const TokenTask& task, int token) {
    return task.text(token);
}

void header(PanelContext& context) {
    TokensChoices& own = context.chosen<TokensChoices>();
    const Snapshot& snapshot = *context.snapshot;
    std::vector<std::string> names;
    std::vector<const char*> lanes;
    for (const LaneSnapshot& lane : snapshot.lanes) lanes.push_back(lane.name.c_str());
    std::vector<std::string> block_names, sequence_names;
    for (int b = 1; b <= snapshot.spec->experiment.transformer.blocks; ++b)
        block_names.push_back(fmt::format("block {}", b));
    for (int s = 1; s <= snapshot.spec->experiment.task.held_out; ++s)
        sequence_names.push_back(fmt::format("sequence {}", s));
    std::vector<const char*> blocks, sequences;
    for (const std::string& name : block_names) blocks.push_back(name.c_str());
    for (const std::string& name : sequence_names) sequences.push_back(name.c_str());

    const float between = em(0.5F), views = segmented_width({"attention", "answers", "speech"});
    const bool heads = own.view == attention, held = own.view != speech;
    begin_header_controls(
        context, views + (held ? between + picker_width(sequences) : 0) +
                     (heads ? 2 * between + picker_width(lanes) + picker_width(blocks) : 0));
    if (heads) {
        picker(context, "##lane", lanes, own.lane, "Whose attention.");
        next_header_control(context, between, picker_width(blocks));
        picker(context, "##block", blocks, own.block, "Of which block, all heads.");
        next_header_control(context, between, picker_width(sequences));
    }
    if (held) {
        picker(context, "##sequence", sequences, own.sequence,
               "Which of the held-out sequences, never trained on.");
        next_header_control(context, between, views);
    }
    segmented(context, "view", {"attention", "answers", "speech"}, own.view,
              "Attention: where each position looks, head by head. Answers: the likeliest token "
              "wherever something is asked. Speech: what each lane goes on to say, drawn at "
              "temperature .7.");
    end_header_controls(context);
}

Ticks token_ticks(const TokenTask& task, const std::vector<int>& tokens, double sign,
                  float length) {
    Ticks ticks;
    const int count = static_cast<int>(tokens.size());
    const int stride = round_stride(count, std::max(1, static_cast<int>(length / em(1.3F))));
    for (int i = 0; i < count; i += stride)
        ticks.add(sign * (i + 0.5), stride == 1 ? shown(task, tokens[static_cast<std::size_t>(i)])
                                                : fmt::format("{}", i + 1));
    return ticks;
}

Chart head_chart(const PanelContext& context, const TokenTask& task, const TokenView& view,
                 int block, int head) {
    const Matrix& map =
        view.attention[static_cast<std::size_t>(block)][static_cast<std::size_t>(head)];
    Chart chart;
    chart.title = fmt::format("block {} head {}", block + 1, head + 1);
    chart.legend = false;
    chart.x = {0, static_cast<double>(map.rows()), false, ""};
    chart.y = {-static_cast<double>(map.cols()), 0, false, ""};
    chart.x.lines = chart.y.lines = false;
    chart.x.ticks = [count = map.rows()](double, double, float length) {
        Ticks ticks;
        const int stride =
            round_stride(static_cast<int>(count), std::max(1, static_cast<int>(length / em(2))));
        for (int i = 0; i < static_cast<int>(count); i += stride)
            ticks.add(i + 0.5, fmt::format("{}", i + 1));
        return ticks;
    };
    chart.y.ticks = [&task, tokens = view.tokens](double, double, float length) {
        return token_ticks(task, tokens, -1, length);
    };
    Cells cells;
    cells.name = "attention";
    // Down: who looks; across: at whom.
    cells.values = map.transpose().cwiseSqrt();
    cells.none = context.theme.well;
    cells.row = "query";
    cells.column = "key";
    cells.colour = [theme = &context.theme](double root) {
        return theme->mapped(std::clamp(root, 0.0, 1.0));
    };
    chart.marks.emplace_back(std::move(cells));
    return chart;
}

Table table_of_heads(const TokenView& view, int block) {
    Table table;
    table.columns = {"head", "query", "key", "attention"};
    const auto& heads = view.attention[static_cast<std::size_t>(block)];
    for (std::size_t head = 0; head < heads.size(); ++head)
        for (Eigen::Index query = 0; query < heads[head].cols(); ++query)
            for (Eigen::Index key = 0; key <= query; ++key)
                table.rows.push_back({static_cast<double>(head + 1), static_cast<double>(query + 1),
                                      static_cast<double>(key + 1), heads[head](key, query)});
    return table;
}

void attention_readout(PanelContext& context, const TokenTask& task, const TokenView& view,
                       const Matrix& map, const Axes& axes) {
    const ImVec2 mouse = ImGui::GetMousePos();
    const auto query = static_cast<Eigen::Index>(std::floor(-axes.value_y(mouse.y)));
    const auto key = static_cast<Eigen::Index>(std::floor(axes.value_x(mouse.x)));
    if (query < 0 || key < 0 || query >= map.cols() || key >= map.rows()) return;
    const std::string from = shown(task, view.tokens[static_cast<std::size_t>(query)]);
    const std::string at = shown(task, view.tokens[static_cast<std::size_t>(key)]);
    const ReadoutRow row{
        fmt::format("looks at {}: {}", key + 1, at),
        key > query ? std::string("comes later") : fmt::format("{:.3g} %", 100 * map(key, query)),
        context.theme.accent};
    draw_readout(context, fmt::format("{}: {}", query + 1, from), std::span(&row, 1));
}

void draw_attention(PanelContext& context, const TokensNow& now) {
    TokensChoices& own = context.chosen<TokensChoices>();
    const auto lane = static_cast<std::size_t>(own.lane);
    if (!now.has(lane)) {
        centred_note(context, "reading the sequence");
        return;
    }
    const TokenView& view = *now.lanes[lane].view;
    const TokenTask& task = *now.problem->task;
    own.block = std::clamp(own.block, 0, static_cast<int>(view.attention.size()) - 1);
    const auto& heads = view.attention[static_cast<std::size_t>(own.block)];
    const ImVec2 origin = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    const auto count = static_cast<int>(heads.size());
    const NamedGrid grid(origin, room, count, squarest_across(room, count), em(0.6F));
    for (int head = 0; head < count; ++head) {
        grid.begin(head, context.theme.dim, fmt::format("head {}", head + 1));
        const std::string id = fmt::format("##attention {}", head);
        const ChartOptions options{.id = id.c_str(),
                                   .across = "##attention x",
                                   .up = "##attention y",
                                   .name = "attention",
                                   .size = grid.each,
                                   .step = now.lanes[lane].step};
        const auto describe = [&](const PanelContext& on) {
            return head_chart(on, task, view, own.block, head);
        };
        const Chart chart = describe(context);
        Axes axes;
        if (!begin_chart(context, options, chart, axes)) continue;
        draw_marks(context, axes, chart);
        end_chart(context, axes);
        if (axes.hovered)
            attention_readout(context, task, view, heads[static_cast<std::size_t>(head)], axes);
        export_menu(context, (id + " export").c_str(), options.name, axes.hovered,
                    {.table = [&] { return table_of_heads(view, own.block); },
                     .charts = [&](const PanelContext& on) { return std::vector{describe(on)}; },
                     .fit = [&] { fit_chart(context, options); },
                     .step = now.lanes[lane].step});
    }
    ImGui::SetCursorScreenPos(origin);
    ImGui::Dummy(room);
}

// A lane's heading, and the width below it.
void lane_name(PanelContext& context, std::size_t lane, const std::string& said) {
    ImGui::TextColored(context.theme.lane_text(static_cast<int>(lane)), "%s",
                       context.snapshot->lanes[lane].name.c_str());
    ImGui::SameLine(0, em(0.6F));
    ImGui::TextColored(context.theme.dim, "%s", said.c_str());
}

void answer_readout(PanelContext& context, const TokenTask& task, const TokenView::Answer& answer) {
    const ReadoutRow rows[]{
        {"right: " + shown(task, answer.right), fmt::format("{:.3g} %", 100 * answer.probability),
         context.theme.accent},
        {"likeliest: " + shown(task, answer.likeliest), fmt::format("{:.3g} %", 100 * answer.best),
         context.theme.dim}};
    draw_readout(context, fmt::format("behind position {}", answer.position + 1), rows);
}

// The sequence, and behind each token that is asked of what the lane would have said: shaded by the
// probability of the right answer, framed where another one is likelier.
void draw_answers_of_lanes(PanelContext& context, const TokensNow& now) {
    for (std::size_t lane = 0; lane < now.lanes.size(); ++lane) {
        if (!now.has(lane)) continue;
        const TokenView& view = *now.lanes[lane].view;
        const TokenTask& task = *now.problem->task;
        std::size_t right = 0;
        for (const TokenView::Answer& answer : view.answers)
            right += answer.likeliest == answer.right ? 1 : 0;
        lane_name(context, lane,
                  fmt::format("step {}: {} of {} right", now.lanes[lane].step, right,
                              view.answers.size()));
        TokenWriter writer(context, ImGui::GetContentRegionAvail().x);
        const TokenView::Answer* pointed = nullptr;
        std::size_t next = 0;
        const bool text = now.problem->experiment.task.kind == TaskKind::text;
        for (std::size_t i = 0; i < view.tokens.size(); ++i) {
            if (!text || i == 0) writer.add(shown(task, view.tokens[i]) + (text ? "" : " "), 0);
            if (next >= view.answers.size() || view.answers[next].position != static_cast<int>(i))
                continue;
            const TokenView::Answer& answer = view.answers[next++];
            if (writer.add(
                    text ? shown(task, answer.right) : "→ " + shown(task, answer.likeliest) + " ",
                    answer.probability,
                    answer.likeliest == answer.right ? TokenMark::none : TokenMark::frame))
                pointed = &answer;
            // The token that follows is the answer itself: said already.
            if (!text && i + 1 < view.tokens.size() && view.tokens[i + 1] == answer.right &&
                answer.likeliest == answer.right)
                ++i, writer.add(" ", 0);
        }
        writer.finish();
        if (pointed != nullptr) answer_readout(context, task, *pointed);
        ImGui::Dummy({0, em(0.3F)});
    }
}

void draw_speech(PanelContext& context, const TokensNow& now) {
    for (std::size_t lane = 0; lane < now.lanes.size(); ++lane) {
        const TokensNow::LaneNow& of = now.lanes[lane];
        if (of.told.empty()) continue;
        const bool text = now.problem->experiment.task.kind == TaskKind::text;
        lane_name(context, lane, fmt::format("step {}, behind a shaded beginning", of.told_step));
        TokenWriter writer(context, ImGui::GetContentRegionAvail().x);
        for (std::size_t i = 0; i < of.told.size(); ++i) {
            const std::string token = shown(*now.problem->task, of.told[i]);
            writer.add(of.told[i] == '\n' && text ? "¶ " : token + (text ? "" : " "),
                       i < std::size_t(TokensNow::prompt_tokens) ? 0.25 : 0);
        }
        writer.finish();
        ImGui::Dummy({0, em(0.3F)});
    }
}

void draw_tokens(PanelContext& context) {
    const Snapshot* snapshot = context.snapshot;
    if (snapshot == nullptr || !snapshot->problem || !snapshot->spec || snapshot->lanes.empty()) {
        centred_note(context, "preparing the first step");
        return;
    }
    if (!snapshot->problem->task) {
        centred_note(context, "for transformers: choose one of the presets of facts or text");
        return;
    }
    TokensChoices& own = context.chosen<TokensChoices>();
    own.lane = std::clamp(own.lane, 0, static_cast<int>(snapshot->lanes.size()) - 1);
    own.sequence = std::clamp(own.sequence, 0, snapshot->spec->experiment.task.held_out - 1);
    header(context);
    const TokensNow& now = tokens_now(context, own.sequence, own.view == speech);
    if (!now.problem) return;
    if (own.view == attention) return draw_attention(context, now);
    ImGui::BeginChild("said", {0, 0}, ImGuiChildFlags_NavFlattened);
    if (own.view == answers)
        draw_answers_of_lanes(context, now);
    else
        draw_speech(context, now);
    ImGui::EndChild();
}

}  // namespace

constinit const Panel tokens_panel{
    .title = "Tokens",
    .explanation = "what a transformer looks at and says",
    .help =
        "Of one held-out sequence. Attention: row by row where a position looks, the root of the "
        "share as colour. Answers: shaded by the probability of the right token, framed where "
        "another one is likelier. Speech: what each lane goes on to say.",
    .draw = draw_tokens,
    .least = {22, 12},
    .weights = true,
    .remembered = remembered,
};

}  // namespace muonscope::gui
