#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "core/session/session_file.h"

namespace muonscope {

std::string to_json(const SessionFile& file);
// Reads every version. Throws Error naming `source`, the key, what was found and what is allowed;
// malformed JSON names line and column; edits are tried one after the other on the spec.
SessionFile session_file_from_json(std::string_view text, std::string_view source = "session file");
// Likewise, or a spec alone, from a text that holds the one or the other.
std::variant<Spec, SessionFile> spec_or_session_from_json(std::string_view text,
                                                          std::string_view source);

}  // namespace muonscope
