#include "app/cli/weights_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/weights/edit_stack.h"
#include "core/weights/selection.h"
#include "core/weights/tensor_spectrum.h"

namespace muonscope::cli {

namespace {

std::string near_tensors(const TensorFile& file, const std::string& typed) {
    std::vector<std::string> names;
    for (const TensorEntry& entry : file.entries()) names.push_back(entry.name);
    const std::string near = did_you_mean(typed, names);
    return near.empty() ? "muonscope weights info " + shell_word(file.path()) + " lists them"
                        : near;
}

}  // namespace

ChosenTensors chosen_tensors(const TensorFile& file, const std::string& select) {
    ChosenTensors chosen;
    const Selection selection(select.empty() ? "*" : select);
    bool named = false;
    for (const TensorEntry& entry : file.entries()) {
        if (!selection.has(entry.name)) continue;
        named = true;
        if (const std::string why = why_no_spectrum(entry); !why.empty())
            chosen.skipped.push_back({entry.name, why});
        else
            chosen.matrices.push_back(&entry);
    }
    if (!named)
        throw Error("--select " + in_quotes(select),
                    "names no tensor of " + in_quotes(file.path(), 200),
                    near_tensors(file, select));
    return chosen;
}

const TensorEntry& one_matrix(const TensorFile& file, const std::string& select) {
    const ChosenTensors chosen = chosen_tensors(file, select);
    if (chosen.matrices.size() != 1)
        throw Error(in_quotes(select), fmt::format("it names {} matrices", chosen.matrices.size()),
                    "name one, such as blk.11.ffn_down");
    return *chosen.matrices.front();
}

std::string skipped_sentence(const std::vector<SkippedTensor>& skipped) {
    std::map<std::string, std::vector<std::string>> names;
    for (const SkippedTensor& tensor : skipped) names[tensor.why].push_back(tensor.name);
    std::string text = "Left out:";
    for (const auto& [why, tensors] : names) {
        const std::size_t shown = std::min<std::size_t>(tensors.size(), 3);
        text += fmt::format(
            " {} ({} in all): {}.",
            fmt::join(tensors.begin(), tensors.begin() + static_cast<long>(shown), ", "),
            tensors.size(), why);
    }
    return text;
}

std::vector<WeightEdit> chosen_edits(const std::string& stack,
                                     const std::vector<std::string>& edits) {
    std::vector<WeightEdit> chosen;
    if (!stack.empty()) chosen = read_stack(stack);
    for (const std::string& text : edits) chosen.push_back(edit_in(text));
    return chosen;
}

void check_targets(const TensorFile& file, const std::vector<WeightEdit>& stack) {
    for (const WeightEdit& edit : stack) {
        const Selection selection(edit.target);
        const bool found = std::any_of(
            file.entries().begin(), file.entries().end(), [&](const TensorEntry& entry) {
                return why_no_spectrum(entry).empty() && selection.has(entry.name);
            });
        if (!found)
            throw Error("edit " + in_quotes(text_of(edit), 120),
                        "is meant for no matrix of " + in_quotes(file.path(), 200),
                        near_tensors(file, edit.target));
    }
}

}  // namespace muonscope::cli
