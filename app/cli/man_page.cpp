#include <fmt/format.h>

#include <string_view>

#include "app/cli/command_words.h"
#include "core/base/program.h"

namespace muonscope::cli {
namespace {

// Nothing in it is a request or an escape of troff's, and a hyphen is one that can be copied.
std::string troff(std::string_view text) {
    std::string result;
    bool begins = true;
    for (const char c : text) {
        if (begins && (c == '.' || c == '\'')) result += "\\&";
        if (c == '\\')
            result += "\\e";
        else if (c == '-')
            result += "\\-";
        else
            result += c;
        begins = c == '\n';
    }
    return result;
}

std::string name_of(const CommandWords& command) {
    return command.path.empty() ? "muonscope"
                                : fmt::format("muonscope {}", fmt::join(command.path, " "));
}

// "[OPTIONS] FILE…"
std::string synopsis(const CommandWords& command) {
    std::string text = "[OPTIONS]";
    for (const OptionWords& option : command.options) {
        if (!option.by_place()) continue;
        const std::string word = option.type + (option.repeats ? "…" : "");
        text += option.required ? " " + word : " [" + word + "]";
    }
    if (!command.commands.empty()) text += command.path.empty() ? " [COMMAND …]" : " COMMAND …";
    return text;
}

std::string option_entry(const OptionWords& option) {
    std::string names;
    for (const std::string& name : option.names)
        names += (names.empty() ? "" : ", ") + ("\\fB" + troff(name) + "\\fR");
    if (!option.type.empty())
        names += (names.empty() ? "\\fI" : " \\fI") + troff(option.type) + "\\fR";
    return ".TP\n" + names + "\n" + troff(option.help) + "\n";
}

std::string command_entry(const CommandWords& command) {
    std::string text =
        fmt::format(".SS {}\n.B {}\n{}\n.PP\n{}.\n", troff(name_of(command)),
                    troff(name_of(command)), troff(synopsis(command)), troff(command.help));
    for (const OptionWords& option : command.options) text += option_entry(option);
    std::string footer = command.footer;
    // They stand once, in a section of their own.
    if (const std::size_t at = footer.find("Exit codes: "); at != std::string::npos)
        footer.resize(at);
    while (!footer.empty() && footer.back() == '\n') footer.pop_back();
    if (footer.empty()) return text;
    return text + ".PP\n.nf\n" + troff(footer) + "\n.fi\n";
}

std::string exit_section(const CommandWords& top) {
    const std::size_t at = top.footer.find("Exit codes: ");
    if (at == std::string::npos) return "";
    return ".SH EXIT STATUS\n" +
           troff(top.footer.substr(at + std::string_view("Exit codes: ").size())) + "\n";
}

constexpr const char* environment = R"(.SH ENVIRONMENT
.TP
.B MUONSCOPE_LEVEL
Kernels of a lower level than the processor's: x86\-64, avx2, avx512 or amx; to the same bits.
.TP
.BR XDG_CONFIG_HOME ", " XDG_DATA_HOME ", " XDG_CACHE_HOME
Where the folder muonscope of preferences and layout, of saved sessions and fetched models, and of
what can be found again lies; otherwise ~/.config, ~/.local/share and ~/.cache.
.TP
.B COLUMNS
How wide tables are laid out on a terminal, where it is set.
)";

}  // namespace

std::string man_page(const CommandWords& top) {
    std::string text = fmt::format(
        ".TH MUONSCOPE 1 \"\" \"muonscope {}\" \"User commands\"\n.SH NAME\n"
        "muonscope \\- see how optimisers move singular values\n.SH SYNOPSIS\n.B muonscope\n{}\n",
        program_version(), troff(synopsis(top)));
    text += ".SH DESCRIPTION\n" + troff(top.help) + "\nWithout a command it opens the window.\n";
    for (const OptionWords& option : top.options) text += option_entry(option);
    text += ".SH COMMANDS\n";
    for (const CommandWords* command : each_command(top))
        if (command != &top) text += command_entry(*command);
    return text + exit_section(top) + environment;
}

}  // namespace muonscope::cli
