// Every control writes the field that stands beside it: each row of the parameter table is looked
// up on the screen, for every lane and layer, and turned by mouse and keyboard.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "app/gui/panels/lanes.h"
#include "app/gui/parameter_row.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/optim/rule.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"

namespace muonscope::gui {
namespace {

constexpr ImVec2 tall{1600, 4200};  // every row is in sight

std::shared_ptr<Snapshot> paused(const Spec& spec) {
    auto snapshot =
        made_by_hand(spec.experiment.network.depth, static_cast<int>(spec.lanes.size()), 5, 1);
    auto shown = std::make_shared<Spec>(spec);
    snapshot->spec = shown;
    for (std::size_t i = 0; i < spec.lanes.size(); ++i) {
        snapshot->lanes[i].name = spec.lanes[i].name;
        snapshot->lanes[i].phase_steps.assign(spec.lanes[i].phases.size(), 0);
    }
    return snapshot;
}

// A list cuts the tails of letters off at a row's lower edge, and these letters are not read then.
std::string no_tails(std::string text) {
    std::erase_if(text, [](char c) { return std::string_view(" gjpqy,;()").find(c) < 10; });
    return text;
}

// A label that is too long for its place is cut, at its end.
bool stands_for(const std::string& text, const std::string& label) {
    constexpr std::string_view cut = "…";
    if (!text.ends_with(cut)) return text == label;
    return text.size() > cut.size() + 3 &&
           label.find(text.substr(0, text.size() - cut.size())) <= 1;
}

// A row of the column of lanes, found by its label on the screen.
class Rows {
  public:
    Rows(const Spec& spec, const std::vector<int>& layers) : harness(tall) {
        harness.kept<LanesView>().more = true;
        harness.kept<LanesView>().layer = layers;
        harness.show(paused(spec));
        harness.frames(12);
    }

    // Where the control is, in the card of a lane (its window) or among the problem's rows.
    std::optional<ImVec2> control(ImGuiWindow* window, const std::string& path,
                                  const Parameter& parameter) {
        if (window == nullptr) return {};
        const ImGuiID row = ImHashStr(path.c_str(), 0, window->ID);
        const char* item =
            parameter.type == ParameterType::choice    ? "##choice"
            : parameter.type == ParameterType::boolean ? "##switch"
            : parameter.type == ParameterType::real || parameter.type == ParameterType::integer
                ? "##track"
                : "###text";
        const ImGuiID wanted = ImHashStr(item, 0, row);
        for (const Word& label : drawing().in(window->Name).words) {
            if (!stands_for(label.text, std::string(parameter.label))) continue;
            for (float x = window->Pos.x + window->Size.x - 20; x > label.min.x; x -= 25) {
                harness.move_to({x, label.middle().y});
                if (ImGui::GetCurrentContext()->HoveredId == wanted)
                    return ImVec2{x, label.middle().y};
            }
        }
        return {};
    }

    // Turns it to another value; what was sent then, if anything.
    std::optional<SetParameter> turn(ImVec2 at, const Parameter& parameter, const Value& current,
                                     Value& wanted) {
        harness.sent.clear();
        switch (parameter.type) {
            case ParameterType::boolean:
                wanted = !std::get<bool>(current);
                harness.click(at);
                break;
            case ParameterType::choice: {
                harness.click(at);
                harness.frames(3);
                const Drawing list = drawing().in("##Combo_00");
                std::optional<Word> other;
                for (const Choice& choice : parameter.choices)
                    if (choice.slug != std::get<std::string>(current) && choice.slug != "own")
                        for (const Word& word : list.words)
                            if (!other &&
                                no_tails(word.text) == no_tails(std::string(choice.label))) {
                                other = word;
                                wanted = std::string(choice.slug);
                            }
                EXPECT_TRUE(other) << parameter.key << "\n" << list.text();
                if (!other) return {};
                harness.click(other->middle());
                break;
            }
            case ParameterType::real:
            case ParameterType::integer: {
                const double middle =
                    parameter.usual_min + 0.25 * (parameter.usual_max - parameter.usual_min);
                wanted = checked(parameter, "test",
                                 parameter.type == ParameterType::integer
                                     ? Value(static_cast<std::int64_t>(std::floor(middle)))
                                     : Value(middle));
                if (wanted == current)
                    wanted = checked(parameter, "test", Value(parameter.usual_max));
                ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, true);
                harness.click(at);
                ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, false);
                harness.frames(3);
                harness.type(to_text(wanted));
                harness.press(ImGuiKey_Enter);
                break;
            }
            default:
                wanted = parameter.type == ParameterType::integers ? Value(std::string("4,5,6"))
                                                                   : Value(std::string("x.npy"));
                harness.click(at);
                harness.frames(3);
                harness.type(std::get<std::string>(wanted));
                harness.press(ImGuiKey_Enter);
        }
        harness.frames(30);  // or the next click would be the second of two
        for (const Command& command : harness.sent)
            if (const auto* edit = std::get_if<SetParameter>(&command)) return *edit;
        return {};
    }

    Harness harness;
};

// One recipe for each kind and what belongs to it, so that every row stands somewhere.
std::vector<OptimizerSpec> variants() {
    OptimizerSpec sgd;
    sgd.momentum = 0.5;
    sgd.decay = Decay::rate;
    sgd.schedule.kind = RateSchedule::cosine;
    OptimizerSpec muon = sgd;
    muon.kind = OptimizerKind::muon;
    muon.orthogonaliser.engine = Engine::custom;
    muon.schedule.kind = RateSchedule::spike;
    OptimizerSpec adamw = sgd;
    adamw.kind = OptimizerKind::adamw;
    adamw.momentum = 0;
    OptimizerSpec spectral = sgd;
    spectral.kind = OptimizerKind::spectral;
    std::vector<OptimizerSpec> all{sgd, muon, adamw, spectral};
    for (const Engine engine : {Engine::optimal_cubic, Engine::floored, Engine::random_spectrum}) {
        all.push_back(muon);
        all.back().orthogonaliser.engine = engine;
    }
    for (std::size_t kind = 0; kind < optimizer_rules().size(); ++kind) {
        if (optimizer_rules()[kind]->own.empty()) continue;
        all.push_back(sgd);
        all.back().kind = static_cast<OptimizerKind>(kind);
    }
    return all;
}

Spec two_lanes(const OptimizerSpec& optimizer) {
    Spec spec = preset("two-ways-up");
    spec.experiment.network.depth = 2;
    for (Recipe& recipe : spec.lanes) recipe.phases.front().optimizer = optimizer;
    return spec;
}

TEST(ControlsTable, every_row_of_a_lanes_card_writes_its_parameter_for_all_layers) {
    std::set<std::string> turned;
    std::string last;
    for (const OptimizerSpec& optimizer : variants()) {
        const Spec spec = two_lanes(optimizer);
        Rows rows(spec, {0, 0});
        const int lane = static_cast<int>(turned.size()) % 2;
        ImGuiWindow* card = rows.harness.child("Lanes", "lane", lane);
        ASSERT_NE(card, nullptr);
        last = drawing().in(card->Name).text();
        for (const Parameter& parameter : optimizer_parameters()) {
            if (turned.contains(std::string(parameter.key)) || parameter.key == "kind") continue;
            const std::string path =
                "lanes." + std::to_string(lane) + ".optimizer." + std::string(parameter.key);
            const auto at = rows.control(card, path, parameter);
            if (!at) continue;
            Value wanted;
            const auto sent = rows.turn(*at, parameter, get(optimizer, parameter.key), wanted);
            ASSERT_TRUE(sent) << path << ": " << rows.harness.view.toast;
            EXPECT_EQ(sent->path, path);
            EXPECT_EQ(sent->value, wanted) << path;
            turned.emplace(parameter.key);
        }
    }
    for (const Parameter& parameter : optimizer_parameters())
        if (parameter.key != "kind") {
            EXPECT_TRUE(turned.contains(std::string(parameter.key)))
                << "no card shows a control for " << parameter.key << last;
        }
}

TEST(ControlsTable, the_controls_of_one_layer_show_and_write_that_layer) {
    Spec spec = two_lanes(variants()[1]);
    for (std::size_t lane = 0; lane < 2; ++lane) {
        Phase& phase = spec.lanes[lane].phases.front();
        for (int layer = 1; layer <= 2; ++layer) {
            OptimizerSpec own = phase.optimizer;
            own.lr = 0.01 * static_cast<double>(layer) + 0.001 * static_cast<double>(lane);
            own.momentum = 0.1 * static_cast<double>(layer);
            phase.layer_optimizers.emplace_back(own);
        }
    }
    for (const int lane : {0, 1})
        for (const int layer : {1, 2}) {
            Rows rows(spec, {layer, layer});
            ImGuiWindow* card = rows.harness.child("Lanes", "lane", lane);
            const Drawing drawn = drawing().in(card->Name);
            const OptimizerSpec& own = optimizer_of(spec.lanes[lane].phases.front(), layer);
            for (const char* key : {"lr", "momentum", "nesterov", "custom_b"}) {
                const Parameter& parameter = parameter_at(std::string("optimizer.") + key);
                const std::string path = "lanes." + std::to_string(lane) + ".layers." +
                                         std::to_string(layer) + ".optimizer." + key;
                const auto at = rows.control(card, path, parameter);
                ASSERT_TRUE(at) << path;
                if (parameter.type != ParameterType::boolean) {
                    const auto label = drawn.word(parameter.label);
                    ASSERT_TRUE(label);
                    bool shown = false;
                    for (const Word& word : drawn.line_of(*label))
                        shown = shown || word.text == shown_text(parameter, get(own, key));
                    EXPECT_TRUE(shown) << path << "\n" << drawn.text();
                }
                Value wanted;
                const auto sent = rows.turn(*at, parameter, get(own, key), wanted);
                ASSERT_TRUE(sent) << path;
                EXPECT_EQ(sent->path, path);
                EXPECT_EQ(sent->value, wanted);
            }
        }
}

TEST(ControlsTable, every_row_of_the_problem_and_the_probe_writes_its_parameter) {
    std::set<std::string> turned;
    std::vector<Spec> specs(8, preset("two-ways-up"));
    specs[1].experiment.target.kind = TargetKind::power_law;
    specs[1].experiment.target.signs = TargetSigns::random;
    specs[1].experiment.data.kind = DataKind::samples;
    specs[1].experiment.data.stream = Stream::torch_cpu;
    specs[2].experiment.target.kind = TargetKind::low_rank;
    specs[2].experiment.network.activation = Activation::tanh;
    specs[3].experiment.target.kind = TargetKind::gaussian;
    specs[3].experiment.target.stream = Stream::torch_cpu;
    specs[3].experiment.init.stream = Stream::torch_cuda;
    specs[4].experiment.init.kind = InitKind::conditioned;
    specs[4].experiment.probe.task = ProbeTask::softmax;
    specs[4].experiment.probe.stream = Stream::torch_cpu;
    specs[5].experiment.init.kind = InitKind::files;
    specs[6].experiment.target.kind = TargetKind::file;
    specs[7].experiment.data.kind = DataKind::associations;
    specs[7].experiment.data.facts = 24;
    for (const TaskKind task :
         {TaskKind::facts, TaskKind::text, TaskKind::copy, TaskKind::modular}) {
        specs.push_back(preset("two-ways-up"));
        specs.back().experiment.model = ModelKind::transformer;
        specs.back().experiment.task.kind = task;
    }
    for (const Spec& spec : specs) {
        Rows rows(preset("two-ways-up"), {0, 0});
        rows.harness.show(paused(spec));
        rows.harness.frames(12);
        ImGuiWindow* window = rows.harness.child("Lanes", "rows", 0);
        ASSERT_NE(window, nullptr);
        for (const Parameter& parameter : experiment_parameters()) {
            if (turned.contains(std::string(parameter.key))) continue;
            const auto at = rows.control(window, std::string(parameter.key), parameter);
            if (!at) continue;
            Value wanted;
            const auto sent = rows.turn(*at, parameter, get(spec, parameter.key), wanted);
            ASSERT_TRUE(sent) << parameter.key << ": " << rows.harness.view.toast;
            EXPECT_EQ(sent->path, parameter.key);
            EXPECT_EQ(sent->value, wanted) << parameter.key;
            turned.emplace(parameter.key);
        }
    }
    for (const Parameter& parameter : experiment_parameters())
        EXPECT_TRUE(turned.contains(std::string(parameter.key)))
            << "nowhere a control for " << parameter.key;
}

TEST(ControlsTable, a_switch_of_the_optimiser_keeps_or_flushes_as_the_menu_says) {
    for (const bool keep : {true, false}) {
        Rows rows(two_lanes(variants()[0]), {0, 0});
        // The menu of the first lane, and its word.
        ImGuiWindow* card = rows.harness.child("Lanes", "lane", 0);
        rows.harness.click({card->Pos.x + card->Size.x - 12, card->Pos.y + 12});
        rows.harness.frames(3);
        const auto word = drawing().word(keep ? "Keep momentum" : "Flush momentum");
        ASSERT_TRUE(word);
        rows.harness.click(word->middle());
        rows.harness.frames(10);
        EXPECT_EQ(rows.harness.view.keep_momentum, keep);
        const Parameter& kind = parameter_at("optimizer.kind");
        ImGuiWindow* window = rows.harness.child("Lanes", "lane", 0);
        const ImVec2 at = rows.harness.find(
            window, ImHashStr("##choice", 0, ImHashStr("lanes.0.optimizer.kind", 0, window->ID)));
        Value wanted;
        const auto sent =
            rows.turn(at, kind, get(two_lanes(variants()[0]), "optimizer.kind"), wanted);
        ASSERT_TRUE(sent);
        EXPECT_EQ(sent->path, "lanes.0.optimizer.kind");
        EXPECT_EQ(sent->value, wanted);
        EXPECT_EQ(sent->keep_momentum, keep);
    }
}

TEST(ControlsTable, the_sliders_of_a_lane_have_its_colour) {
    Rows rows(two_lanes(variants()[0]), {0, 0});
    const Theme theme = theme_for(rows.harness.preferences, 1);
    for (const int lane : {0, 1}) {
        const Drawing card = drawing().in(rows.harness.child("Lanes", "lane", lane)->Name);
        const auto label = card.word("Learning rate");
        ASSERT_TRUE(label);
        bool own = false, other = false;
        for (const Word& word : card.line_of(*label)) {
            own = own || word.colour == u32(theme.lane(lane));
            other = other || word.colour == u32(theme.lane(1 - lane));
        }
        EXPECT_TRUE(own) << lane;
        EXPECT_FALSE(other) << lane;
    }
}

}  // namespace
}  // namespace muonscope::gui
