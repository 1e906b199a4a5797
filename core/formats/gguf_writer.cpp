#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/formats/files.h"
#include "core/formats/tensor_writer.h"

namespace muonscope {
namespace {

template <class Number>
void put(std::string& bytes, Number number) {
    bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void put_text(std::string& bytes, std::string_view text) {
    put(bytes, std::uint64_t{text.size()});
    bytes += text;
}

void put_key(std::string& bytes, const Metadata::Entry& entry) {
    put_text(bytes, entry.key);
    const auto kind = static_cast<std::uint32_t>(entry.kind);
    if (entry.list) {
        put(bytes, std::uint32_t{9});
        put(bytes, kind);
        put(bytes, entry.count);
        bytes += entry.bytes;
    } else if (entry.kind == Metadata::Kind::text) {
        put(bytes, kind);
        put_text(bytes, entry.bytes);
    } else {
        put(bytes, kind);
        bytes += entry.bytes;
    }
}

void check(const std::string& path, const WrittenTensor& tensor) {
    if (tensor.name.size() > 63)
        throw Error(in_quotes(path),
                    fmt::format("the tensor {} has a name of {} bytes; GGUF allows 63",
                                in_quotes(tensor.name), tensor.name.size()),
                    "write safetensors, or give it a shorter name");
    if (tensor.shape.size() > 4)
        throw Error(in_quotes(path),
                    fmt::format("the tensor {} has {} dimensions; GGUF allows 4",
                                in_quotes(tensor.name), tensor.shape.size()),
                    "write safetensors");
}

std::uint64_t gap_at(std::uint64_t offset, std::uint64_t alignment) {
    return (alignment - offset % alignment) % alignment;
}

// The alignment that a file of these keys has.
std::uint64_t alignment_of(const std::string& path, const Metadata& metadata) {
    const std::int64_t alignment = metadata.whole("general.alignment").value_or(32);
    if (alignment < 1 || alignment > 1 << 20 ||
        !std::has_single_bit(static_cast<std::uint64_t>(alignment)))
        throw Error(in_quotes(path), fmt::format("general.alignment is {}", alignment),
                    "give a power of two, at most 2^20");
    return static_cast<std::uint64_t>(alignment);
}

// All that stands before the numbers, the gap included.
std::string head_of(const std::vector<WrittenTensor>& tensors,
                    const std::vector<std::uint64_t>& sizes, const Metadata& metadata,
                    std::uint64_t alignment) {
    std::string head = "GGUF";
    put(head, std::uint32_t{3});
    put(head, std::uint64_t{tensors.size()});
    put(head, std::uint64_t{metadata.entries().size()});
    for (const Metadata::Entry& entry : metadata.entries()) put_key(head, entry);
    std::uint64_t offset = 0;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        put_text(head, tensors[i].name);
        put(head, static_cast<std::uint32_t>(tensors[i].shape.size()));
        for (auto length = tensors[i].shape.rbegin(); length != tensors[i].shape.rend(); ++length)
            put(head, *length);
        put(head, static_cast<std::uint32_t>(tensors[i].type->gguf));
        put(head, offset);
        offset += sizes[i] + gap_at(sizes[i], alignment);
    }
    head.append(gap_at(head.size(), alignment), '\0');
    return head;
}

}  // namespace

void set_file_type(Metadata& metadata, const TensorType& type) {
    // llama.h, enum llama_ftype: F32 0, mostly F16 1, mostly BF16 32. It has none for F64.
    metadata.set_u32("general.file_type", type.name == "F16" ? 1 : type.name == "BF16" ? 32 : 0);
}

CastLoss write_gguf(const std::string& path, const std::vector<WrittenTensor>& tensors,
                    const Metadata& metadata) {
    const std::vector<std::uint64_t> sizes = written_sizes(path, tensors);
    for (const WrittenTensor& tensor : tensors) check(path, tensor);
    const std::uint64_t alignment = alignment_of(path, metadata);
    const std::string head = head_of(tensors, sizes, metadata, alignment);
    CastLoss loss;
    write_file(path, [&](std::ostream& stream) {
        stream << head;
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            write_values(stream, tensors[i], loss);
            stream << std::string(gap_at(sizes[i], alignment), '\0');
        }
    });
    return loss;
}

}  // namespace muonscope
