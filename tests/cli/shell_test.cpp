// What a shell, a pager and a script see of the program.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/formats/files.h"
#include "tests/cli/program.h"
#include "tests/errors.h"
#include "tests/scratch_folder.h"

namespace muonscope {
namespace {

using Json = nlohmann::json;
using Arguments = std::vector<std::string>;
using Words = std::set<std::string>;

// What a command of the shell says, and its exit status.
std::pair<std::string, int> said(const std::string& command) {
    std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    std::string text;
    std::array<char, 4096> part{};
    while (const std::size_t size = std::fread(part.data(), 1, part.size(), pipe))
        text.append(part.data(), size);
    return {text, ::pclose(pipe)};
}

bool is_there(const std::string& program) {
    return said("command -v " + program).second == 0;
}

class Shell : public testing::Test {
  protected:
    // The words that a shell offers for the last one of a line.
    Words bash_offers(const Arguments& line) {
        write(folder_ / "m.bash", {"completions", "bash"});
        std::string words;
        for (const std::string& word : line) words += " '" + word + "'";
        write_file(folder_ / "ask.bash",
                   "cd '" + folder_.path() + "'; source m.bash; compopt() { :; }\nCOMP_WORDS=(" +
                       words + " ); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_muonscope\n" +
                       "printf '%s\\n' \"${COMPREPLY[@]}\"\n");
        return lines_of(said("bash --norc '" + folder_ / "ask.bash" + "'").first);
    }
    static Words lines_of(const std::string& text) {
        Words words;
        std::istringstream stream(text);
        for (std::string line; std::getline(stream, line);)
            if (!line.empty()) words.insert(line.substr(0, line.find('\t')));
        return words;
    }
    static void write(const std::string& path, const Arguments& arguments) {
        const Outcome outcome = run_program(arguments);
        ASSERT_EQ(outcome.code, 0) << outcome.err;
        write_file(path, outcome.out);
    }
    ScratchFolder folder_;
};

// Everything that --help knows of; what is found there by its looks.
std::set<std::string> options_in_help(const Arguments& command) {
    Arguments arguments = command;
    arguments.emplace_back("--help");
    std::istringstream help(run_program(arguments).out);
    std::set<std::string> options;
    for (std::string line; std::getline(help, line);) {
        std::istringstream words(line);
        std::string word;
        words >> word;
        if (!line.starts_with("  -")) continue;
        std::istringstream names(word);
        for (std::string name; std::getline(names, name, ',');) options.insert(name);
    }
    return options;
}

TEST_F(Shell, bash_offers_every_option_that_help_knows) {
    for (const Arguments& command :
         std::vector<Arguments>{{"run"}, {"weights", "spectra"}, {"study", "show"}, {}}) {
        Arguments line{"muonscope"};
        line.insert(line.end(), command.begin(), command.end());
        line.emplace_back("-");
        const Words offered = bash_offers(line), known = options_in_help(command);
        EXPECT_GT(known.size(), 2U);
        EXPECT_EQ(offered, known);
    }
}

TEST_F(Shell, bash_offers_commands_presets_keys_and_files) {
    Words names, keys;
    for (const Spec& preset : presets()) names.insert(preset.name);
    for (const Parameter& parameter : optimizer_parameters())
        keys.insert("optimizer." + std::string(parameter.key) + "=");
    write_file(folder_ / "my.json", "{}");
    std::filesystem::create_directory(folder_ / "results");

    EXPECT_EQ(bash_offers({"muonscope", "re"}),
              (Words{"rectangular", "render", "replay", "reproduce", "results"}));
    const Words specs = bash_offers({"muonscope", "run", ""});
    EXPECT_TRUE(std::ranges::includes(specs, names));
    EXPECT_TRUE(specs.contains("my.json"));
    EXPECT_EQ(bash_offers({"muonscope", "run", "--steps", "9", "two"}), (Words{"two-ways-up"}));
    EXPECT_EQ(bash_offers({"muonscope", "--preset", "two"}), (Words{"two-ways-up"}));
    EXPECT_EQ(bash_offers({"muonscope", "run", "staged", "--set", "optimizer."}), keys);
    EXPECT_EQ(bash_offers({"muonscope", "run", "staged", "--set", "optimizer.lr", "=", "0"}),
              (Words{}));
    EXPECT_EQ(bash_offers({"muonscope", "run", "--resume", ""}), (Words{"results"}));
    EXPECT_EQ(bash_offers({"muonscope", "run", "--resume", "=", "res"}), (Words{"results"}));
    EXPECT_EQ(bash_offers({"muonscope", "render", "--theme", ""}), (Words{"dark", "light"}));
    EXPECT_EQ(bash_offers({"muonscope", "reproduce", "staged", "ta"}), (Words{"tau"}));
    EXPECT_TRUE(bash_offers({"muonscope", "weights", ""}).contains("spectra"));
    EXPECT_TRUE(bash_offers({"muonscope", "study", "plan", "where"}).contains("where-facts"));
    EXPECT_TRUE(bash_offers({"muonscope", "weights", "info", "my"}).contains("my.json"));
    // A value that is a command's name is a value.
    EXPECT_EQ(bash_offers({"muonscope", "run", "--out", "weights", "two"}), (Words{"two-ways-up"}));
}

TEST_F(Shell, zsh_reads_its_completions) {
    if (!is_there("zsh")) GTEST_SKIP() << "zsh is not installed";
    write(folder_ / "_muonscope", {"completions", "zsh"});
    const auto [text, status] = said("zsh -n '" + folder_ / "_muonscope" + "'");
    EXPECT_EQ(status, 0) << text;
    // Every completion is taken from what _arguments is told: as it would be asked.
    write_file(folder_ / "ask.zsh",
               "fpath=('" + folder_.path() +
                   "' $fpath)\nautoload -Uz compinit && compinit -u -D\n"
                   "compadd() { print -l -- \"$@\" }\n_arguments() { print -l -- \"$@\" }\n"
                   "autoload -Uz +X _muonscope; _muonscope >/dev/null\n_muonscope_run\n");
    const auto [offered, code] = said("zsh -f '" + folder_ / "ask.zsh" + "'");
    EXPECT_EQ(code, 0) << offered;
    EXPECT_TRUE(contains(offered, "--resume=[")) << offered;
    EXPECT_TRUE(contains(offered, "two-ways-up staged")) << offered;
}

TEST_F(Shell, fish_offers_what_it_is_told) {
    if (!is_there("fish")) GTEST_SKIP() << "fish is not installed";
    write(folder_ / "m.fish", {"completions", "fish"});
    const auto offers = [&](const std::string& line) {
        const auto [text, status] =
            said("cd '" + folder_.path() + "' && HOME='" + folder_.path() +
                 "' fish --no-config -c \"source m.fish; complete -C '" + line + "'\"");
        EXPECT_EQ(status, 0) << text;
        return lines_of(text);
    };
    EXPECT_TRUE(offers("muonscope re").contains("reproduce"));
    EXPECT_EQ(offers("muonscope run --res"), (Words{"--resume"}));
    EXPECT_TRUE(offers("muonscope run two").contains("two-ways-up"));
    EXPECT_TRUE(offers("muonscope weights sp").contains("spectra"));
    EXPECT_TRUE(offers("muonscope run --set optimizer.l").contains("optimizer.lr="));
    EXPECT_TRUE(offers("muonscope weights spectra --js").contains("--json"));
}

TEST_F(Shell, another_shell_is_refused) {
    const Outcome outcome = run_program({"completions", "tcsh"});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_TRUE(contains(outcome.err, "choose one of bash, zsh, fish")) << outcome.err;
}

TEST_F(Shell, the_manual_page_says_what_help_says) {
    write(folder_ / "muonscope.1", {"man"});
    const std::string source = read_file(folder_ / "muonscope.1", 1 << 20);
    for (const std::string option : {"resume", "checkpoint\\-every", "panel", "figure"})
        EXPECT_TRUE(contains(source, "\\fB\\-\\-" + option + "\\fR")) << option;
    EXPECT_TRUE(contains(source, ".SH EXIT STATUS"));
    EXPECT_FALSE(contains(source, "Exit codes:"));  // they stand once, in that section
    EXPECT_TRUE(contains(source, ".SS muonscope weights spectra"));
    if (is_there("mandoc")) {
        // It has no date: a program's page is of its version.
        const std::string found =
            said("mandoc -Tlint -Wwarning '" + folder_ / "muonscope.1" + "'").first;
        EXPECT_EQ(std::count(found.begin(), found.end(), '\n'), 1) << found;
        EXPECT_TRUE(contains(found, "missing date")) << found;
    }
    if (!is_there("man")) GTEST_SKIP() << "man is not installed";
    const auto [page, status] =
        said("MANWIDTH=80 LC_ALL=C.UTF-8 MAN_KEEP_FORMATTING= man --warnings -l '" +
             folder_ / "muonscope.1" + "' | col -b");
    EXPECT_EQ(status, 0);
    EXPECT_FALSE(contains(page, "warning")) << page.substr(0, 2000);
    EXPECT_TRUE(contains(page, "--checkpoint-every SECONDS"));
    EXPECT_TRUE(contains(page, "muonscope run stories --out stories"));
}

TEST_F(Shell, json_is_all_that_stands_on_standard_output) {
    const auto json_of = [](Arguments arguments) {
        const Outcome outcome = run_program(arguments);
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        EXPECT_EQ(outcome.err, "");
        return Json::parse(outcome.out);
    };
    const std::string out = folder_ / "a";
    Json summary = json_of({"run", "two-ways-up", "--steps", "5", "--out", out, "--json"});
    EXPECT_EQ(summary, Json::parse(read_file(out + "/summary.json", 1 << 24)));
    const Json again = json_of({"replay", out + "/session.json", "--json"});
    EXPECT_EQ(again["lanes"], summary["lanes"]);
    const Json list = json_of({"presets", "--json"});
    ASSERT_EQ(list.size(), presets().size());
    EXPECT_EQ(list[0]["name"], presets().front().name);
    EXPECT_TRUE(json_of({"reproduce", "ce", "--json", "-"}).contains("source"));
    EXPECT_EQ(json_of({"sweep", "--seeds", "1", "--json", "-"})["fixed"]["seeds"].size(), 1U);
    EXPECT_FALSE(std::filesystem::exists("-"));
    EXPECT_EQ(json_of({"study", "plan", "depth", "--json"})["study"], "depth");
}

TEST_F(Shell, quiet_commands_say_nothing_but_what_goes_wrong) {
    const std::string out = folder_ / "a", study = folder_ / "s.json";
    write_file(study, R"({"version": 1, "name": "s", "base": "two-ways-up",
 "list": [{"network.width": 8, "target.modes": 4}],
 "arms": [{"name": "SGD"}, {"name": "Muon", "set": {"optimizer.kind": "muon"}}],
 "seeds": 6, "budget": {"steps": 4}, "metrics": [{"end": "relative_error"}]})");
    for (const Arguments& arguments :
         std::vector<Arguments>{{"run", "two-ways-up", "--steps", "5", "--out", out, "--quiet"},
                                {"replay", out + "/session.json", "-q"},
                                {"reproduce", "ce", "-q"},
                                {"study", "run", study, "--db", folder_ / "s.db", "-q"},
                                {"sweep", "--seeds", "1", "--quiet"}}) {
        const Outcome outcome = run_program(arguments);
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        EXPECT_EQ(outcome.out + outcome.err, "") << arguments[0];
    }
    EXPECT_TRUE(std::filesystem::exists(out + "/summary.json"));
    const Outcome lost = run_program(
        {"run", "two-ways-up", "--steps", "60", "--set", "lanes.0.optimizer.lr=3", "-q"});
    EXPECT_EQ(lost.code, 3);
    EXPECT_EQ(lost.out, "");
    EXPECT_TRUE(contains(lost.err, "diverged")) << lost.err;
    EXPECT_EQ(run_program({"run", "two-ways-up", "--json", "-q"}).code, 2);
}

}  // namespace
}  // namespace muonscope
