#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

// The program's commands and options as words, from the table that parses them: what completions
// and the man page are made of.
namespace muonscope::cli {

// What can stand where a value is asked for.
struct ValueWords {
    std::vector<std::string> words;
    bool files = false, folders = false;
    bool goes_on = false;  // a word is a beginning: "optimizer.lr=", what follows is the user's
};

struct OptionWords {
    std::vector<std::string> names;  // "-o", "--output"; none: it stands by its place alone
    std::string type;                // "FILE.png"; empty: it takes no value
    std::string help;
    bool required = false, repeats = false;
    ValueWords values;

    bool by_place() const { return names.empty(); }
};

struct CommandWords {
    std::vector<std::string> path;  // "weights", "info"; empty: the program itself
    std::string help, footer;
    std::vector<OptionWords> options;
    std::vector<CommandWords> commands;
};

// Of the whole program; `app` is not changed.
CommandWords command_words(const CLI::App& app);
// All of them, each before its own commands.
std::vector<const CommandWords*> each_command(const CommandWords& top);

// A script for a shell: bash, zsh or fish; throws Error for another.
std::string completions(const CommandWords& top, const std::string& shell);
std::string man_page(const CommandWords& top);  // troff, man(7)

}  // namespace muonscope::cli
