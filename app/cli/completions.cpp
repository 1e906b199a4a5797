#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "app/cli/command_words.h"
#include "core/base/error.h"
#include "core/base/near_names.h"

namespace muonscope::cli {
namespace {

using Words = std::vector<std::string>;

// In single quotes, whatever it holds; fish wants a backslash before one, the others end and begin.
std::string bash_quoted(std::string_view text, bool fish = false) {
    std::string result = "'";
    for (const char c : text) {
        if (c == '\'')
            result += fish ? "\\'" : "'\\''";
        else if (fish && c == '\\')
            result += "\\\\";
        else
            result += c;
    }
    return result + "'";
}

// Up to the first sentence's end or what explains it: a list of completions has one line for it.
std::string brief(const std::string& help) {
    std::size_t end = help.size();
    for (const char* mark : {"; ", ": ", ". ", ", otherwise", " ("})
        end = std::min(end, help.find(mark));
    return help.substr(0, end);
}

// What fish and zsh call a command's own: "weights info".
std::string joined(const Words& path, const char* between) {
    return fmt::format("{}", fmt::join(path, between));
}

Words option_names(const CommandWords& command, bool with_value) {
    Words names;
    for (const OptionWords& option : command.options)
        for (const std::string& name : option.names)
            if (!with_value || !option.type.empty()) names.push_back(name);
    return names;
}

Words command_names(const CommandWords& command) {
    Words names;
    for (const CommandWords& inner : command.commands) names.push_back(inner.path.back());
    return names;
}

// ---- bash

constexpr const char* bash_head = R"(# bash completion for muonscope: source it, or keep it as
# ~/.local/share/bash-completion/completions/muonscope

# The words that may follow: $1 words, $2 what else (files, folders, open: more is typed behind).
_muonscope_offer() {
    local IFS=$' \t\n'
    COMPREPLY=($(compgen -W "$1" -- "$current"))
    case $2 in
        files) compopt -o filenames; mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current") ;;
        folders) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
        open) compopt -o nospace ;;
    esac
}

)";

constexpr const char* bash_tail = R"(
_muonscope() {
    local current=${COMP_WORDS[COMP_CWORD]} path= word option= commands= options= valued= places=0 i
    COMPREPLY=()
    _muonscope_command ""
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ -n $option ]]; then
            # --option=value comes as three words.
            [[ $word == "=" ]] || option=
        elif [[ " $valued " == *" $word "* ]]; then
            option=$word
        elif [[ $word == -* ]]; then
            :
        elif [[ " $commands " == *" $word "* ]]; then
            path="${path:+$path }$word"
            places=0
            _muonscope_command "$path"
        elif [[ $word != "=" ]]; then
            places=$((places + 1))
        fi
    done
    # A key and its value are two words with = between them: the value is the user's.
    if [[ -z $option && ${COMP_WORDS[COMP_CWORD - 1]} == "=" ]]; then return; fi
    [[ $current == "=" ]] && current=
    if [[ -n $option ]]; then
        _muonscope_values "$path" "$option"
    elif [[ $current == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$current"))
    else
        _muonscope_values "$path" "$places"
        [[ $places == 0 ]] && COMPREPLY+=($(compgen -W "$commands" -- "$current"))
    fi
}
complete -F _muonscope muonscope
)";

std::string bash_offer(const ValueWords& values) {
    const char* more = values.files     ? "files"
                       : values.folders ? "folders"
                       : values.goes_on ? "open"
                                        : "words";
    return fmt::format("_muonscope_offer \"{}\" {} ;;\n", fmt::join(values.words, " "), more);
}

bool has_values(const ValueWords& values) {
    return !values.words.empty() || values.files || values.folders;
}

std::string bash(const CommandWords& top) {
    std::string text = bash_head, values;
    text += "_muonscope_command() {\n    case $1 in\n";
    for (const CommandWords* command : each_command(top)) {
        const std::string path = joined(command->path, " ");
        text += fmt::format(
            "        \"{}\")\n            commands=\"{}\"\n            options=\"{}\"\n"
            "            valued=\"{}\" ;;\n",
            path, fmt::join(command_names(*command), " "),
            fmt::join(option_names(*command, false), " "),
            fmt::join(option_names(*command, true), " "));
        int place = 0;
        for (const OptionWords& option : command->options) {
            if (!option.by_place()) {
                if (!option.type.empty() && has_values(option.values))
                    for (const std::string& name : option.names)
                        values += fmt::format("        \"{} {}\") {}", path, name,
                                              bash_offer(option.values));
                continue;
            }
            if (has_values(option.values))
                values += fmt::format("        \"{} {}\"{}) {}", path,
                                      option.repeats ? "" : std::to_string(place),
                                      option.repeats ? "*" : "", bash_offer(option.values));
            ++place;
        }
    }
    text +=
        "    esac\n}\n\n_muonscope_values() {\n    case \"$1 $2\" in\n" + values + "    esac\n}\n";
    return text + bash_tail;
}

// ---- zsh

std::string zsh_escaped(std::string_view text, std::string_view marks) {
    std::string result;
    for (const char c : text) {
        if (marks.find(c) != std::string_view::npos) result += '\\';
        result += c;
    }
    return result;
}

// An action of _arguments.
std::string zsh_action(const ValueWords& values) {
    const std::string words = fmt::format("{}", fmt::join(values.words, " "));
    if (values.goes_on) return "{compadd -S '' -- " + words + "}";
    if (values.files && !values.words.empty())
        return "{_alternative 'names:name:(" + words + ")' 'files:file:_files'}";
    if (values.files) return "_files";
    if (values.folders) return "_files -/";
    return values.words.empty() ? " " : "(" + words + ")";
}

std::string zsh_option(const OptionWords& option) {
    std::string text;
    const std::string value =
        option.type.empty()
            ? ""
            : fmt::format(":{}:{}", zsh_escaped(option.type, ":[]\\"), zsh_action(option.values));
    for (const std::string& name : option.names)
        text += " \\\n        " +
                bash_quoted(fmt::format("{}{}{}[{}]{}", option.repeats ? "*" : "", name,
                                        !option.type.empty() && name.starts_with("--") ? "=" : "",
                                        zsh_escaped(brief(option.help), ":[]\\"), value));
    return text;
}

std::string zsh_function(const CommandWords& command) {
    std::string text = fmt::format("_muonscope{}() {{\n",
                                   command.path.empty() ? "" : "_" + joined(command.path, "_"));
    std::string options;
    int place = 1;
    for (const OptionWords& option : command.options) {
        if (!option.by_place()) {
            options += zsh_option(option);
            continue;
        }
        if (command.commands.empty())
            options += " \\\n        " +
                       bash_quoted(fmt::format(
                           "{}:{}:{}", option.repeats ? "*" : std::to_string(place),
                           zsh_escaped(option.type, ":[]\\"), zsh_action(option.values)));
        ++place;
    }
    if (command.commands.empty()) return text + "    _arguments" + options + "\n}\n\n";
    text +=
        "    local context state state_descr line\n    typeset -A opt_args\n"
        "    local -a commands\n    commands=(\n";
    for (const CommandWords& inner : command.commands)
        text += "        " +
                bash_quoted(inner.path.back() + ":" + zsh_escaped(brief(inner.help), ":\\")) + "\n";
    text += "    )\n    _arguments -C" + options +
            " \\\n        '1: :->command' \\\n        '*:: :->rest'\n    case $state in\n"
            "        command) _describe command commands";
    for (const OptionWords& option : command.options)
        if (option.by_place() && !option.values.words.empty())
            text += fmt::format("; compadd -- {}; _files", fmt::join(option.values.words, " "));
    text += " ;;\n        rest)\n            case $line[1] in\n";
    for (const CommandWords& inner : command.commands)
        text += fmt::format("                {}) _muonscope_{} ;;\n", inner.path.back(),
                            joined(inner.path, "_"));
    return text + "            esac ;;\n    esac\n}\n\n";
}

std::string zsh(const CommandWords& top) {
    std::string text =
        "#compdef muonscope\n# zsh completion for muonscope: keep it as _muonscope in a folder of "
        "$fpath\n\n";
    for (const CommandWords* command : each_command(top)) text += zsh_function(*command);
    return text +
           "if [[ $funcstack[1] == _muonscope ]]; then\n    _muonscope \"$@\"\nelse\n"
           "    compdef _muonscope muonscope\nfi\n";
}

// ---- fish

std::string fish_condition(const CommandWords& top, const Words& path) {
    if (path.empty())
        return fmt::format("not __fish_seen_subcommand_from {}",
                           fmt::join(command_names(top), " "));
    std::string text;
    for (const std::string& word : path)
        text += (text.empty() ? "" : "; and ") + ("__fish_seen_subcommand_from " + word);
    for (const CommandWords& command : top.commands)
        if (Words{command.path.back()} == path && !command.commands.empty())
            text += fmt::format("; and not __fish_seen_subcommand_from {}",
                                fmt::join(command_names(command), " "));
    return text;
}

std::string fish_values(const ValueWords& values) {
    std::string text;
    if (!values.words.empty())
        text += " -a " + bash_quoted(fmt::format("{}", fmt::join(values.words, " ")), true);
    if (values.folders) text += " -a '(__fish_complete_directories)'";
    return text;
}

std::string fish_option(const OptionWords& option) {
    std::string text;
    for (const std::string& name : option.names)
        text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    if (!option.type.empty()) text += option.values.files ? " -r -F" : " -x";
    return text + fish_values(option.values) + " -d " + bash_quoted(brief(option.help), true);
}

std::string fish(const CommandWords& top) {
    std::string text =
        "# fish completion for muonscope: keep it as ~/.config/fish/completions/muonscope.fish\n"
        "complete -c muonscope -f\n";
    for (const CommandWords* command : each_command(top)) {
        const std::string begin =
            "complete -c muonscope -n " + bash_quoted(fish_condition(top, command->path), true);
        for (const CommandWords& inner : command->commands)
            text += begin + " -a " + inner.path.back() + " -d " +
                    bash_quoted(brief(inner.help), true) + "\n";
        for (const OptionWords& option : command->options) {
            if (!option.by_place())
                text += begin + fish_option(option) + "\n";
            else if (has_values(option.values))
                text +=
                    begin + (option.values.files ? " -F" : "") + fish_values(option.values) + "\n";
        }
    }
    return text;
}

}  // namespace

std::string completions(const CommandWords& top, const std::string& shell) {
    if (shell == "bash") return bash(top);
    if (shell == "zsh") return zsh(top);
    if (shell == "fish") return fish(top);
    throw Error(in_quotes(shell), "is no shell that completions are made for",
                "choose one of bash, zsh, fish");
}

}  // namespace muonscope::cli
