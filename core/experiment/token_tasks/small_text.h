#pragma once

#include <string>

namespace muonscope {

// About 64 KB of little stories, made by rules: who did what with which thing where, and what came
// of it. Words come up with a heavy tail, names and things are taken up again later in a story, and
// verbs agree, so that there is something to learn within a word, a sentence and a story. Always
// the same text.
const std::string& small_text();

}  // namespace muonscope
