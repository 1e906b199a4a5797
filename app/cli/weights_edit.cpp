#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/cli/command_line.h"
#include "app/cli/progress_bar.h"
#include "app/cli/text_table.h"
#include "app/cli/weights.h"
#include "app/cli/weights_choice.h"
#include "app/cli/writable.h"
#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/formats/files.h"
#include "core/weights/edited_file.h"

namespace muonscope::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string moved(const EditEffect& effect) {
    return effect.change ? fmt::format("{:.4g}", *effect.change) : "-";
}

std::string table(const EditedFile& file, const std::vector<WeightEdit>& stack) {
    std::vector<std::vector<std::string>> cells{{"tensor", "edit", "changed", "energy", "moved"}};
    for (const EditReport& report : file.edits)
        for (const EditEffect& effect : report.effects)
            cells.push_back({report.name, words_of(stack[effect.edit]),
                             fmt::format("{}", effect.changed),
                             fmt::format("{:.4g}", effect.energy), moved(effect)});
    return text_table(cells, {2, 3, 4});
}

Json to_json(const EditedFile& file, const std::vector<WeightEdit>& stack) {
    Json edits = Json::array();
    for (const EditReport& report : file.edits)
        for (const EditEffect& effect : report.effects)
            edits.push_back({{"tensor", report.name},
                             {"edit", text_of(stack[effect.edit])},
                             {"changed", effect.changed},
                             {"energy", effect.energy},
                             {"moved", effect.change ? Json(*effect.change) : Json()}});
    return edits;
}

}  // namespace

int weights_edit(const WeightsEditArguments& arguments) {
    const std::vector<WeightEdit> stack = chosen_edits(arguments.stack, arguments.edits);
    if (stack.empty() && !arguments.copy)
        throw Error("weights edit", "no edit is given",
                    "give one by --op or --stack, or --copy to write the file as it is");
    const TensorType& type = tensor_type(arguments.type);
    check_writable(arguments.output, "-o");
    const TensorFile file(arguments.file);
    check_targets(file, stack);
    EditedFile written;
    {
        ProgressLines progress;
        std::size_t done_so_far = 0;
        written = write_edited(file, stack, arguments.output, type, [&](const std::string& name) {
            ++done_so_far;
            if (progress.due())
                progress.show(
                    {fmt::format("{} of {}: {}", done_so_far, file.entries().size(), name)});
        });
    }
    if (arguments.json) {
        Json json;
        json["file"] = arguments.file;
        json["output"] = arguments.output;
        json["type"] = arguments.type;
        json["edits"] = to_json(written, stack);
        json["largest_rounding"] = written.loss.largest;
        json["rounded_tensor"] = written.loss.tensor;
        fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
        return done;
    }
    if (!written.edits.empty())
        fmt::print("{}\n{}", table(written, stack),
                   legend_below(weights_edit_legend, weights_legend_names));
    fmt::print("{}{}", written.edits.empty() ? "" : "\n",
               text_below(arguments.output + ": " + loss_sentence(written.loss, arguments.type)));
    return done;
}

}  // namespace muonscope::cli
