#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/work.h"
#include "core/llama/answer.h"
#include "core/llama/chat.h"
#include "core/llama/open_llama.h"
#include "core/llama/text_change.h"
#include "core/weights/edit_stack.h"

namespace muonscope {

// A language model that is talked to twice: as it is, and with a stack of edits done.
class TalkingModel {
  public:
    // Reads all of its weights as floats. Throws Error where the file is no llama that is known
    // here, or its tokeniser or template are not.
    TalkingModel(const TensorFile& file, int positions, const Workers& workers);
    TalkingModel(const TalkingModel&) = delete;
    TalkingModel& operator=(const TalkingModel&) = delete;

    const Tokeniser& tokeniser() const { return tokeniser_; }
    const std::vector<WeightEdit>& stack() const { return stack_; }
    bool is_edited() const { return edited_; }

    // The weights with these edits; matrices that no edit is meant for stay shared. Decompositions
    // are kept within a bound, so that a value that is dragged costs a product. It pauses between
    // matrices.
    Work<> set_edits(std::vector<WeightEdit> stack);

    // A question with the template, up to where the model begins to answer. An empty `system` is
    // the model's own.
    std::vector<int> question(const std::string& text, const std::string& system = "") const;
    std::vector<int> plain(const std::string& text) const;

    int positions() const { return before_.positions(); }
    Llama& before() { return before_; }
    Llama& after() { return after_; }

    // What the model as it is makes of these tokens: kept until other tokens are asked for.
    Work<> read(std::vector<int> tokens);
    const TextReading& reading() const { return reading_; }
    // How far the edits move that; it is read before where it was not.
    Work<TextChange> change(std::vector<int> tokens);

  private:
    const ThinSvd& factors_of(const std::string& name, const Matrix& matrix);
    void bound_factors();

    // What the file calls a tensor, and its row for each of ours; no rows: in the same order.
    struct InFile {
        std::string name;
        std::vector<int> rows;
    };

    Tokeniser tokeniser_;
    ChatTemplate chat_;
    Llama before_, after_;
    std::vector<WeightEdit> stack_;
    bool edited_ = false;
    std::map<std::string, InFile> in_file_;  // by GGUF's name
    std::map<std::string, ThinSvd> factors_;
    TextReading reading_;  // of `before`
};

// Tokens of a text that is measured; what lies behind them is left out.
inline constexpr int longest_text = 2048;

// Floats of a matrix, out x in, in double and back.
Matrix matrix_of(const SharedFloats& floats);
SharedFloats floats_of(const Matrix& matrix);

// Written for this: everyday English with numbers, names and a list, for who has no text at hand.
const char* common_text();

// Questions that a chat model of any size can be asked, each with one thing to watch.
std::span<const char* const> common_questions();

}  // namespace muonscope
