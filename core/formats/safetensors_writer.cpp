#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/formats/files.h"
#include "core/formats/tensor_writer.h"

namespace muonscope {
namespace {

std::string json_text(const std::string& text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string header_of(const std::vector<WrittenTensor>& tensors,
                      const std::vector<std::uint64_t>& sizes, const Metadata& metadata) {
    std::vector<std::string> parts;
    for (const Metadata::Entry& entry : metadata.entries()) {
        const bool text = entry.kind == Metadata::Kind::text && !entry.list;
        parts.push_back(json_text(entry.key) + ":" +
                        json_text(text ? entry.bytes : value_text(entry)));
    }
    std::string metadata_part = fmt::format("\"__metadata__\":{{{}}}", fmt::join(parts, ","));
    parts.clear();
    if (!metadata.entries().empty()) parts.push_back(std::move(metadata_part));
    std::uint64_t begin = 0;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        parts.push_back(fmt::format(R"({}:{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})",
                                    json_text(tensors[i].name), tensors[i].type->safetensors,
                                    fmt::join(tensors[i].shape, ","), begin, begin + sizes[i]));
        begin += sizes[i];
    }
    std::string header = fmt::format("{{{}}}", fmt::join(parts, ","));
    header.append((8 - header.size() % 8) % 8, ' ');  // numbers begin at a multiple of eight
    return header;
}

}  // namespace

CastLoss write_safetensors(const std::string& path, const std::vector<WrittenTensor>& tensors,
                           const Metadata& metadata) {
    const std::vector<std::uint64_t> sizes = written_sizes(path, tensors);
    for (const WrittenTensor& tensor : tensors)
        if (tensor.name == "__metadata__")
            throw Error(in_quotes(path), "a tensor cannot be called __metadata__ there",
                        "give it another name");
    const std::string header = header_of(tensors, sizes, metadata);
    CastLoss loss;
    write_file(path, [&](std::ostream& stream) {
        const std::uint64_t length = header.size();
        stream.write(reinterpret_cast<const char*>(&length), sizeof length);
        stream << header;
        for (const WrittenTensor& tensor : tensors) write_values(stream, tensor, loss);
    });
    return loss;
}

}  // namespace muonscope
