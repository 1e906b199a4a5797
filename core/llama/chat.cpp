#include "core/llama/chat.h"

#include "core/base/choice.h"
#include "core/base/error.h"

namespace muonscope {

namespace {

constexpr std::string_view begins = "<|im_start|>", ends = "<|im_end|>";

constexpr auto role_names = choices_of<ChatRole::assistant>({{"system"}, {"user"}, {"assistant"}});

int needed(const Tokeniser& tokeniser, std::string_view piece) {
    const auto token = tokeniser.control(piece);
    if (!token)
        throw Error("chat", "the tokeniser has no token " + std::string(piece),
                    "continue plain text instead");
    return *token;
}

}  // namespace

std::optional<ChatTemplate> chat_template_of(std::string_view jinja) {
    if (jinja.find(begins) == std::string_view::npos || jinja.find(ends) == std::string_view::npos)
        return {};
    // A message of the system that stands in the template itself.
    ChatTemplate chat;
    std::string opening(begins);
    opening += "system";
    const std::size_t at = jinja.find(opening);
    if (at == std::string_view::npos) return chat;
    std::string_view rest = jinja.substr(at + opening.size());
    // A line's end as Jinja writes it, or as itself.
    if (rest.starts_with("\\n"))
        rest.remove_prefix(2);
    else if (rest.starts_with("\n"))
        rest.remove_prefix(1);
    else
        return chat;
    const std::size_t end = rest.find(ends);
    if (end != std::string_view::npos &&
        rest.substr(0, end).find_first_of("'{}") == std::string_view::npos)
        chat.system = rest.substr(0, end);
    return chat;
}

std::vector<int> chat_tokens(const ChatTemplate& chat, std::span<const ChatMessage> messages,
                             const Tokeniser& tokeniser) {
    const int begin = needed(tokeniser, begins), end = needed(tokeniser, ends);
    std::vector<int> tokens;
    const auto add_text = [&](const std::string& text) {
        const std::vector<int> more = tokeniser.encode(text);
        tokens.insert(tokens.end(), more.begin(), more.end());
    };
    const auto add = [&](ChatRole role, const std::string& text) {
        tokens.push_back(begin);
        // In one go: what ends a line may merge with what follows.
        add_text(std::string(role_names[place_of(role)].slug) + "\n" + text);
        tokens.push_back(end);
        add_text("\n");
    };
    const bool has_system = !messages.empty() && messages.front().role == ChatRole::system;
    if (!has_system && !chat.system.empty()) add(ChatRole::system, chat.system);
    for (const ChatMessage& message : messages) add(message.role, message.text);
    tokens.push_back(begin);
    add_text(std::string(role_names[place_of(ChatRole::assistant)].slug) + "\n");
    return tokens;
}

}  // namespace muonscope
