#include "core/weights/edited_file.h"

#include <fmt/format.h>

#include <memory>
#include <optional>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/base/progress.h"
#include "core/weights/tensor_spectrum.h"

namespace muonscope {

namespace {

// Made when its first value is asked for and gone with the last.
ValueSource edited_values_of(const TensorFile& file, const TensorEntry& entry,
                             std::span<const WeightEdit> stack, EditReport& report) {
    auto made = std::make_shared<std::optional<Matrix>>();
    return [&file, &entry, stack, &report, made](std::uint64_t first, std::span<double> out) {
        if (!*made) {
            EditedMatrix edited = edited_matrix(stack, entry.name, read_matrix(file, entry));
            report.effects = std::move(edited.effects);
            *made = std::move(edited.matrix);
        }
        values_from (**made)(first, out);
        if (first + out.size() == entry.values()) made->reset();
    };
}

const TensorType& type_for(const TensorEntry& entry, const TensorType& type, bool gguf) {
    const TensorType& wide = tensor_type("F32");
    return gguf && entry.shape.size() < 2 && type.bytes < wide.bytes ? wide : type;
}

}  // namespace

void check_output(const TensorFile& file, const std::string& path) {
    const bool npy = path.ends_with(".npy");
    if (!path.ends_with(".gguf") && !npy && !path.ends_with(".safetensors"))
        throw Error(in_quotes(path, 200), "its ending says no format that is written",
                    "let it end in .safetensors, .gguf or .npy");
    if (npy && file.entries().size() != 1)
        throw Error(in_quotes(path, 200), "a .npy file holds one tensor, and there are more",
                    "let it end in .safetensors or .gguf");
}

std::string loss_sentence(const CastLoss& loss, std::string_view type) {
    if (loss.tensor.empty()) return fmt::format("Every value is exact in {}.", type);
    return fmt::format("Rounding to {} moved values by at most {:.3g}, {:.6g} in {}.", type,
                       loss.largest, loss.value, loss.tensor);
}

EditedFile write_edited(const TensorFile& file, std::span<const WeightEdit> stack,
                        const std::string& path, const TensorType& type,
                        const std::function<void(const std::string& name)>& told) {
    check_output(file, path);
    const bool gguf = path.ends_with(".gguf");
    const bool npy = path.ends_with(".npy");
    EditedFile result;
    result.edits.reserve(file.entries().size());  // sources keep their addresses
    std::vector<WrittenTensor> tensors;
    for (const TensorEntry& entry : file.entries()) {
        ValueSource values = values_from(file, entry);
        if (why_no_spectrum(entry).empty() && acts_on(stack, entry.name))
            values = edited_values_of(file, entry, stack,
                                      result.edits.emplace_back(EditReport{entry.name, {}}));
        tensors.push_back({entry.name, entry.shape, &type_for(entry, type, gguf),
                           [values = std::move(values), &entry, &told](std::uint64_t first,
                                                                       std::span<double> out) {
                               work_point();
                               if (first == 0 && told) told(entry.name);
                               values(first, out);
                           }});
    }
    Metadata metadata = file.metadata();
    if (gguf) set_file_type(metadata, type);
    result.loss = npy    ? write_npy(path, tensors.front())
                  : gguf ? write_gguf(path, tensors, metadata)
                         : write_safetensors(path, tensors, metadata);
    return result;
}

}  // namespace muonscope
