#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/llama/tokeniser.h"

namespace muonscope {

enum class ChatRole { system, user, assistant };

struct ChatMessage {
    ChatRole role;
    std::string text;
};

// How messages become one text: each as "<|im_start|>role\ntext<|im_end|>\n" (ChatML), behind a
// message of the system that a model brings where the first is none.
struct ChatTemplate {
    std::string system;  // empty: none
};

// What a file's template (tokenizer.chat_template, in Jinja) comes to; none where it is another.
std::optional<ChatTemplate> chat_template_of(std::string_view jinja);

// The tokens of a conversation, up to where the assistant begins to answer. What a message says is
// never taken for control tokens. Throws Error where the tokeniser has no tokens for the template.
std::vector<int> chat_tokens(const ChatTemplate& chat, std::span<const ChatMessage> messages,
                             const Tokeniser& tokeniser);

}  // namespace muonscope
