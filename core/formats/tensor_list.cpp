#include "core/formats/tensor_list.h"

#include <algorithm>
#include <numeric>

#include "core/base/error.h"
#include "core/base/near_names.h"

namespace muonscope {

std::uint64_t TensorEntry::rows() const {
    std::uint64_t rows = 1;
    for (std::size_t i = 0; i + 1 < shape.size(); ++i) rows *= shape[i];
    return rows;
}

std::string shape_text(const std::vector<std::uint64_t>& shape) {
    if (shape.empty()) return "a single number";
    std::string text;
    for (std::size_t i = 0; i < shape.size() && i < 8; ++i)
        text += (i ? " x " : "") + std::to_string(shape[i]);
    return shape.size() > 8 ? text + " x …" : text;
}

void check_names(const std::vector<TensorEntry>& entries, const std::string& source) {
    std::vector<std::string_view> names;
    names.reserve(entries.size());
    for (const TensorEntry& entry : entries) names.emplace_back(entry.name);
    std::ranges::sort(names);
    const auto twice = std::ranges::adjacent_find(names);
    if (twice != names.end())
        throw Error(in_quotes(source), "the tensor " + in_quotes(*twice) + " stands twice",
                    "write it again with one tensor of each name");
}

TensorList parse_tensors(std::string_view bytes, const std::string& source) {
    if (bytes.starts_with("GGUF")) return parse_gguf(bytes, source);
    if (bytes.starts_with("\x93NUMPY")) return parse_npy(bytes, source);
    if (bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06"))
        return parse_npz(bytes, source);
    if (source.ends_with(".gguf")) return parse_gguf(bytes, source);
    if (source.ends_with(".npy")) return parse_npy(bytes, source);
    if (source.ends_with(".npz")) return parse_npz(bytes, source);
    // Eight bytes of length, then an object.
    if (source.ends_with(".safetensors") || (bytes.size() > 8 && bytes[8] == '{'))
        return parse_safetensors(bytes, source);
    // A pickle may run any code when it is opened.
    if (bytes.starts_with("\x80\x02"))
        throw Error(in_quotes(source), "is a pickle, which is code and not only numbers",
                    "save its tensors with safetensors.torch.save_file");
    throw Error(in_quotes(source), "holds no tensors in a format that is known",
                "safetensors, GGUF, .npy and .npz are read");
}

}  // namespace muonscope
