// Saved layouts that are damaged in every way a file can be: the window opens all the same.

#include "app/gui/dock_layout.h"
#include "app/gui/dock_layout_check.h"
#include "app/gui/preferences.h"
#include "core/formats/files.h"
#include "core/formats/user_folders.h"
#include "tests/errors.h"
#include "tests/gui/harness.h"
#include "tests/sanitized.h"
#include "tests/scratch_folder.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace muonscope::gui {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

constexpr std::size_t enough = std::size_t{1} << 20U;
std::string heading() {
    return fmt::format("; muonscope layout {}\n", layout_version);
}

// What Dear ImGui saves after `arrange` has moved panels about.
std::string saved_layout(const std::function<void()>& arrange = {}) {
    Harness harness;
    harness.frames(3);
    if (arrange) {
        arrange();
        harness.frames(4);
    }
    return heading() + ImGui::SaveIniSettingsToMemory();
}

// Layouts as people come to have them.
Texts real_layouts() {
    return {saved_layout(), saved_layout([] { ImGui::DockBuilderDockWindow("Loss", 0); }),
            saved_layout([] {
                const ImGuiID own = ImGui::DockBuilderAddNode(0, ImGuiDockNodeFlags_None);
                ImGui::DockBuilderSetNodePos(own, {200, 200});
                ImGui::DockBuilderSetNodeSize(own, {500, 300});
                ImGui::DockBuilderDockWindow("Loss", own);
                ImGui::DockBuilderDockWindow("Measures", own);
                ImGui::DockBuilderFinish(own);
            }),
            saved_layout([] {
                ImGuiID above = 0, below = 0;
                const ImGuiID node = ImGui::FindWindowByName("Lanes")->DockId;
                ImGui::DockBuilderSplitNode(node, ImGuiDir_Up, 0.5F, &above, &below);
                ImGui::DockBuilderDockWindow("Loss", above);
                ImGui::DockBuilderFinish(node);
            })};
}

Texts lines_of(const std::string& text) {
    Texts lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
        lines.push_back(text.substr(at, end - at));
        at = end;
    }
    return lines;
}

std::string joined(const Texts& lines) {
    std::string text;
    for (const std::string& line : lines) text += line;
    return text;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// Each line left out, or there twice; and each cut short behind a line.
void damage_lines(const std::string& layout, Texts& mutants) {
    const Texts lines = lines_of(layout);
    std::string before;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        Texts without = lines, twice = lines;
        without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
        twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
        mutants.push_back(joined(without));
        mutants.push_back(joined(twice));
        mutants.push_back(before);
        before += lines[i];
    }
}

// Single numbers and letters, a few at once.
void damage_bytes(const std::string& layout, std::mt19937& random, int count, Texts& mutants) {
    const Texts numbers{"0", "-1", "1", "2147483647", "-2147483648", "99999999999", "0xFFFFFFFF"};
    for (int i = 0; i < count; ++i) {
        std::string text = layout;
        for (unsigned change = 0; change <= random() % 3; ++change) {
            const std::size_t at = random() % text.size();
            const std::size_t digit = text.find_first_of("0123456789", at);
            switch (random() % 5) {
                case 0:
                    text[at] = static_cast<char>(random());
                    break;
                case 1:
                    text.erase(at, 1 + random() % 40);
                    break;
                case 2:
                    text.insert(at, text.substr(random() % text.size(), random() % 80));
                    break;
                case 3:
                    if (digit != std::string::npos)
                        text[digit] = static_cast<char>('0' + random() % 10);
                    break;
                case 4:
                    if (digit != std::string::npos)
                        text.replace(digit, text.find_first_not_of("0123456789", digit) - digit,
                                     numbers[random() % numbers.size()]);
                    break;
            }
        }
        mutants.push_back(text);
    }
}

// Trees that go wrong: parents of themselves, of each other, of none, sizes of nothing.
void damage_tree(const std::string& layout, Texts& mutants) {
    const Texts lines = lines_of(layout);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::size_t parent = lines[i].find(" Parent=0x");
        const std::size_t id = lines[i].find(" ID=0x");
        if (id == std::string::npos) continue;
        const auto with = [&](const std::string& line) {
            Texts changed = lines;
            changed[i] = line;
            mutants.push_back(joined(changed));
        };
        for (const std::string& other : lines) {
            const std::size_t other_id = other.find(" ID=0x");
            if (other_id == std::string::npos) continue;
            const std::string number = other.substr(other_id + 4, 10);
            if (parent != std::string::npos)
                with(std::string(lines[i]).replace(parent + 8, 10, number));
            with(std::string(lines[i]).replace(id + 4, 10, number));
        }
        with(replaced(lines[i], " Split=X", ""));
        with(replaced(lines[i], " Split=X", " Split=Y"));
        with(replaced(lines[i], " Split=Y", ""));
        with(replaced(lines[i], " CentralNode=1", ""));
        with(replaced(lines[i], " Selected=", " CentralNode=1 Selected="));
        with(replaced(lines[i], "DockSpace ", "DockNode "));
        with(replaced(lines[i], "DockNode ", "DockSpace "));
        const std::size_t size = lines[i].find("Size");
        const std::size_t comma = lines[i].find(',', size);
        if (size != std::string::npos && comma != std::string::npos)
            with(lines[i].substr(0, lines[i].find('=', size) + 1) + "0,0" +
                 lines[i].substr(std::min(lines[i].find(' ', comma), lines[i].size() - 1)));
    }
    // Panels in nodes that are split, or are not there.
    for (std::size_t i = 0; i < lines.size(); ++i)
        if (lines[i].starts_with("DockId="))
            for (const char* node : {"DockId=0x00000002,0\n", "DockId=0x00000099,0\n",
                                     "DockId=0x00000000\n", "DockId=0xFFFFFFFF,32767\n"}) {
                Texts changed = lines;
                changed[i] = node;
                mutants.push_back(joined(changed));
            }
}

// The first of the layouts that ends the program when it is shown; their number: none does.
std::size_t first_fatal(const Texts& layouts) {
    std::array<int, 2> pipe{};
    if (::pipe(pipe.data()) != 0) return 0;
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(2);  // what an assertion has to say
        for (std::size_t i = 0; i < layouts.size(); ++i) {
            static_cast<void>(::write(pipe[1], &i, sizeof i));
            Harness harness;
            ImGui::LoadIniSettingsFromMemory(layouts[i].data(), layouts[i].size());
            harness.frames(4);
            static_cast<void>(ImGui::SaveIniSettingsToMemory());
        }
        ::_exit(0);
    }
    ::close(pipe[1]);
    std::size_t last = 0, read = 0;
    while (::read(pipe[0], &read, sizeof read) == sizeof read) last = read;
    ::close(pipe[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? layouts.size() : last;
}

// Saved by an older version with two nodes left out; Dear ImGui ended the program over it.
std::string layout_without_a_node() {
    std::string text =
        read_file(MUONSCOPE_SOURCE_DIR "/tests/gui/layouts/missing-dock-node.ini", enough);
    return heading() + text.substr(text.find('\n') + 1);
}

TEST(layout, what_dear_imgui_writes_is_taken) {
    for (const std::string& layout : real_layouts()) EXPECT_EQ(layout_fault(layout), "") << layout;
}

// As a program saved it that had no such panel.
TEST(layout, one_that_does_not_know_a_panel_opens_with_it_as_a_tab_beside_its_neighbours) {
    for (std::string text : real_layouts()) {
        const std::size_t from = text.find("[Window][Maps]");
        ASSERT_NE(from, std::string::npos);
        text.erase(from, text.find("\n\n", from) + 2 - from);
        Harness harness;
        ImGui::LoadIniSettingsFromMemory(text.data(), text.size());
        const ImGuiWindowSettings* const loss = ImGui::FindWindowSettingsByID(ImHashStr("Loss"));
        ASSERT_NE(loss, nullptr);
        const bool docked = loss->DockId != 0;
        harness.frames(6);
        const ImGuiWindow* maps = harness.window("Maps");
        const ImGuiWindow* values = harness.window("Singular values");
        ASSERT_TRUE(maps != nullptr && values != nullptr);
        EXPECT_NE(maps->DockNode, nullptr);
        EXPECT_EQ(maps->DockNode, values->DockNode);
        EXPECT_EQ(harness.window("Loss")->DockNode != nullptr, docked);
    }
}

TEST(layout, one_with_a_node_missing_is_refused) {
    const std::string layout = layout_without_a_node();
    EXPECT_TRUE(contains(layout_fault(layout), "a part of it is missing"));
    EXPECT_EQ(first_fatal({layout}), 0U) << "Dear ImGui shows it: the check may be less strict";
}

// Dear ImGui looks through all windows for each: 66,000 of them, in a megabyte, took seconds.
TEST(layout, one_of_too_many_windows_is_refused) {
    const std::string good = saved_layout();
    std::string some, more;
    for (int i = 0; i < 1000; ++i) (i < 500 ? some : more) += fmt::format("[Window][{}]\n", i);
    EXPECT_EQ(layout_fault(some + good), "");
    EXPECT_TRUE(contains(layout_fault(some + more + good), "there are too many windows"));
}

TEST(layout, each_damaged_one_is_refused_or_shown) {
    std::mt19937 random(7);
    for (const std::string& layout : real_layouts()) {
        Texts mutants, taken;
        damage_lines(layout, mutants);
        damage_tree(layout, mutants);
        damage_bytes(layout, random, sanitized ? 50 : 400, mutants);
        for (const std::string& mutant : mutants)
            if (layout_fault(mutant).empty()) taken.push_back(mutant);
        EXPECT_GT(mutants.size(), 2 * taken.size());
        std::sort(taken.begin(), taken.end());
        taken.erase(std::unique(taken.begin(), taken.end()), taken.end());
        EXPECT_GT(taken.size(), 20U);  // or the test looks at nothing
        const std::size_t fatal = first_fatal(taken);
        ASSERT_EQ(fatal, taken.size()) << taken[fatal];
    }
}

// A configuration folder of this test's own.
class LayoutFile : public testing::Test {
  protected:
    void SetUp() override {
        ::setenv("XDG_CONFIG_HOME", folder_.path().c_str(), 1);
        fs::create_directory(folder_ / "muonscope");
    }
    void TearDown() override { ::unsetenv("XDG_CONFIG_HOME"); }
    std::string file(const std::string& name) const { return folder_ / ("muonscope/" + name); }
    ScratchFolder folder_;
};

TEST_F(LayoutFile, that_cannot_be_used_is_set_aside_and_said) {
    const std::string good = saved_layout();
    std::mt19937 random(3);
    std::string noise(5000, ' ');
    for (char& c : noise) c = static_cast<char>(random());
    const Texts bad{"",
                    good.substr(0, good.size() / 2),
                    good.substr(0, good.size() - 5),
                    noise,
                    heading() + noise,
                    replaced(good, heading(), "; muonscope layout 1\n"),
                    replaced(good, "Size=", "Size=123456789,"),
                    layout_without_a_node()};
    int number = 0;
    for (const std::string& text : bad) {
        write_file(file("layout.ini"), text);
        std::string complaint;
        EXPECT_EQ(load_layout(complaint), "");
        const std::string aside =
            ++number == 1 ? "layout.ini.unusable" : "layout.ini.unusable-" + std::to_string(number);
        EXPECT_TRUE(contains(complaint, file("layout.ini"))) << complaint;
        EXPECT_TRUE(contains(complaint, "the file is kept as " + aside + ".")) << complaint;
        EXPECT_FALSE(fs::exists(file("layout.ini")));
        EXPECT_EQ(read_file(file(aside), enough), text);
    }
    std::string complaint;
    EXPECT_EQ(load_layout(complaint), "");
    EXPECT_EQ(complaint, "");  // it is simply not there
    write_file(file("layout.ini"), good);
    EXPECT_EQ(load_layout(complaint), good);
    EXPECT_EQ(complaint, "");
}

TEST_F(LayoutFile, of_a_gigabyte_or_that_is_a_folder_is_set_aside_too) {
    std::string complaint;
    for (const char* name : {"layout.ini", "preferences.json"}) {
        const auto load = [&] {
            if (name[0] == 'l')
                EXPECT_EQ(load_layout(complaint), "");
            else
                EXPECT_EQ(to_json(load_preferences(complaint)), to_json(Preferences{}));
        };
        write_file(file(name), "x");
        fs::resize_file(file(name), std::uintmax_t{1} << 30U);
        load();
        EXPECT_TRUE(contains(complaint, "holds 1073741824 bytes")) << complaint;
        EXPECT_EQ(fs::file_size(file(std::string(name) + ".unusable")), std::uintmax_t{1} << 30U);
        fs::remove(file(std::string(name) + ".unusable"));

        fs::create_directory(file(name));
        write_file(file(std::string(name) + "/inside"), "kept");
        load();
        EXPECT_TRUE(contains(complaint, "is a folder")) << complaint;
        EXPECT_TRUE(fs::exists(file(std::string(name) + ".unusable/inside")));
    }
}

TEST_F(LayoutFile, damaged_preferences_are_set_aside_and_said) {
    std::mt19937 random(5);
    const std::string good = to_json(Preferences{});
    for (int i = 0; i < 300; ++i) {
        std::string text = good;
        for (unsigned change = 0; change <= random() % 4; ++change)
            text[random() % text.size()] = static_cast<char>(random());
        if (i == 0) text = std::string(500000, '[');  // must not take the stack
        write_file(file("preferences.json"), text);
        std::string complaint;
        load_preferences(complaint);
        EXPECT_EQ(fs::exists(file("preferences.json")), complaint.empty()) << complaint;
        if (complaint.empty()) continue;
        EXPECT_TRUE(contains(complaint, "preferences.json")) << complaint;
        EXPECT_EQ(read_file(file("preferences.json.unusable"), enough), text);
        fs::remove(file("preferences.json.unusable"));
    }
}

TEST_F(LayoutFile, lies_in_the_home_that_the_system_knows_where_none_is_set) {
    ::unsetenv("XDG_CONFIG_HOME");
    const std::string home = std::getenv("HOME") ? std::getenv("HOME") : "/";
    ::unsetenv("HOME");
    if (const passwd* user = ::getpwuid(::geteuid()))
        EXPECT_EQ(config_folder(), fs::path(user->pw_dir) / ".config/muonscope");
    else
        EXPECT_TRUE(contains(error_of([] { config_folder(); }), "set HOME or XDG_CONFIG_HOME"));
    ::setenv("HOME", home.c_str(), 1);
    EXPECT_EQ(config_folder(), fs::path(home) / ".config/muonscope");
}

}  // namespace
}  // namespace muonscope::gui
