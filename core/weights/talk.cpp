#include "core/weights/talk.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/base/progress.h"
#include "core/weights/tensor_spectrum.h"

namespace muonscope {

namespace {

// Of decompositions that are kept: some ten megabytes a matrix of a small model, hundreds of its
// embedding.
constexpr std::size_t most_factor_bytes = std::size_t{64} << 20U;

std::size_t bytes_of(const ThinSvd& svd) {
    return static_cast<std::size_t>(svd.u.size() + svd.s.size() + svd.v.size()) * sizeof(double);
}

ChatTemplate template_in(const TensorFile& file) {
    const std::optional<std::string> jinja = chat_template_in(file);
    if (!jinja) return {};
    const std::optional<ChatTemplate> chat = chat_template_of(*jinja);
    if (!chat)
        throw Error(in_quotes(file.path(), 200), "its chat template is not one that is known here",
                    "give text as it is, without a template");
    return *chat;
}

// Row i is the file's row rows[i]; no rows: it is in the file's order.
Matrix in_file_order(Matrix own, const std::vector<int>& rows) {
    if (rows.empty()) return own;
    Matrix matrix(own.rows(), own.cols());
    for (std::size_t i = 0; i < rows.size(); ++i)
        matrix.row(rows[i]) = own.row(static_cast<Eigen::Index>(i));
    return matrix;
}
Matrix in_own_order(Matrix matrix, const std::vector<int>& rows) {
    if (rows.empty()) return matrix;
    Matrix own(matrix.rows(), matrix.cols());
    for (std::size_t i = 0; i < rows.size(); ++i)
        own.row(static_cast<Eigen::Index>(i)) = matrix.row(rows[i]);
    return own;
}

}  // namespace

Matrix matrix_of(const SharedFloats& floats) {
    using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    return Eigen::Map<const Rows>(floats.data.get(), floats.rows, floats.cols).cast<double>();
}

SharedFloats floats_of(const Matrix& matrix) {
    using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    NewFloats floats(static_cast<int>(matrix.rows()), static_cast<int>(matrix.cols()));
    Eigen::Map<Rows>(floats.data(), matrix.rows(), matrix.cols()) = matrix.cast<float>();
    return std::move(floats).share();
}

TalkingModel::TalkingModel(const TensorFile& file, int positions, const Workers& workers)
    : tokeniser_(tokeniser_in(file)),
      chat_(template_in(file)),
      before_(weights_in(file), std::min(positions, shape_in(file).context), workers),
      after_(before_.weights(), before_.positions(), workers) {
    for (const std::string& name : before_.weights().names())
        in_file_[name] = {name_in_file(file, name) + ".weight",
                          rows_in_file(file, before_.weights().shape(), name)};
}

const ThinSvd& TalkingModel::factors_of(const std::string& name, const Matrix& matrix) {
    const auto found = factors_.find(name);
    if (found != factors_.end()) return found->second;
    return factors_[name] = tensor_svd(matrix);
}

void TalkingModel::bound_factors() {
    std::size_t bytes = 0;
    for (const auto& [name, svd] : factors_) bytes += bytes_of(svd);
    while (bytes > most_factor_bytes) {
        bytes -= bytes_of(factors_.begin()->second);
        factors_.erase(factors_.begin());
    }
}

Work<> TalkingModel::set_edits(std::vector<WeightEdit> stack) {
    LlamaWeights weights = before_.weights();
    const LlamaWeights& now = after_.weights();
    bool edited_any = false;
    for (const std::string& name : weights.names()) {
        const auto& [full, rows] = in_file_.at(name);
        const SharedFloats& floats = weights.at(name);
        if (floats.rows < 2 || floats.cols < 2 || !acts_on(stack, full)) continue;
        edited_any = true;
        // What is asked of this matrix may be what is there.
        const auto asked = [&tensor = full](const std::vector<WeightEdit>& edits) {
            std::vector<WeightEdit> meant;
            for (const WeightEdit& edit : edits)
                if (acts_on(edit, tensor)) meant.push_back(edit);
            return meant;
        };
        if (asked(stack) == asked(stack_)) {
            weights.set(name, now.at(name));
            continue;
        }
        work_point();
        co_await pause();
        // As the file has it, so that what is drawn for it is what an exported file has.
        const Matrix matrix = in_file_order(matrix_of(floats), rows);
        const ThinSvd& factors = factors_of(name, matrix);
        const EditedTensor after =
            edited(stack, full, {matrix.rows(), matrix.cols()}, factors.s, [&] { return factors; });
        weights.set(name, floats_of(in_own_order(edited_matrix(matrix, factors, after), rows)));
        bound_factors();
        co_await pause();
    }
    stack_ = std::move(stack);
    edited_ = edited_any;
    after_.set_weights(std::move(weights));
}

std::vector<int> TalkingModel::question(const std::string& text, const std::string& system) const {
    std::vector<ChatMessage> messages;
    if (!system.empty()) messages.push_back({ChatRole::system, system});
    messages.push_back({ChatRole::user, text});
    return chat_tokens(chat_, messages, tokeniser_);
}

std::vector<int> TalkingModel::plain(const std::string& text) const {
    std::vector<int> tokens = tokeniser_.encode(text);
    if (tokeniser_.adds_start() && tokeniser_.start() >= 0)
        tokens.insert(tokens.begin(), tokeniser_.start());
    return tokens;
}

Work<> TalkingModel::read(std::vector<int> tokens) {
    if (reading_.tokens != tokens) reading_ = co_await read_text(before_, std::move(tokens));
}

Work<TextChange> TalkingModel::change(std::vector<int> tokens) {
    co_await read(std::move(tokens));
    co_return co_await change_of_text(after_, reading_);
}

const char* common_text() {
    return "The lighthouse keeper wrote three letters that winter. The first went to his sister in "
           "Lisbon, who had asked about the storm; the second to a clockmaker, because the old "
           "clock in the tower lost four minutes every day; the third he kept. When spring came he "
           "carried coal, oil and bread up the stairs, counted 214 steps as he always did, and "
           "found that the lamp was still warm.";
}

std::span<const char* const> common_questions() {
    static constexpr std::array questions{
        "What is the capital of France?",
        "What is 2 + 2?",
        "Write one sentence about the sea.",
        "Name three fruits.",
        "Why is the sky blue?",
        "Translate \"good morning\" into Spanish.",
        "What comes after Wednesday?",
        "Write a short poem about a cat.",
    };
    return questions;
}

}  // namespace muonscope
