#pragma once

#include <string>
#include <vector>

#include "core/weights/edit.h"

namespace muonscope {

// *One number of 97,920*: eight edits of a language model, some of which change everything that it
// says and some next to nothing. Which is which is measured and not written down here.
inline constexpr const char* lesson_title = "One number of 97,920";

struct LessonPart {
    std::string says;  // what is done, in a sentence with its numbers
    std::vector<WeightEdit> edits;
};

// In which order they are asked. `blocks` and `values`: the model's blocks, and the singular values
// of all their matrices. Of 30 blocks they are those of SmolLM2-135M; other models have the like.
std::vector<LessonPart> lesson(int blocks, std::size_t values);

// KL(before || after), nats a token over a text, from which on an edit counts as one that changes
// everything.
inline constexpr double everything_from = 0.2;

}  // namespace muonscope
