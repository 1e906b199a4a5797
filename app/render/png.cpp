#include "app/render/png.h"

#include "core/base/error.h"
#include "core/formats/files.h"

#include <png.h>

#include <string_view>
#include <vector>

namespace muonscope {

void write_png(const std::string& path, int width, int height, std::span<const std::uint8_t> rgb) {
    if (width < 1 || height < 1 ||
        rgb.size() !=
            std::size_t{3} * static_cast<std::size_t>(width) * static_cast<std::size_t>(height))
        throw Error(path, "the picture has no pixels", "give a positive size");
    // libpng's simplified interface encodes into memory, so that write_file's rule holds for
    // pictures too: the old file or the whole new one.
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(width);
    image.height = static_cast<png_uint_32>(height);
    image.format = PNG_FORMAT_RGB;
    std::vector<char> bytes(static_cast<std::size_t>(PNG_IMAGE_PNG_SIZE_MAX(image)));
    png_alloc_size_t size = bytes.size();
    if (png_image_write_to_memory(&image, bytes.data(), &size, 0, rgb.data(), 0, nullptr) == 0)
        throw Error(path, std::string("cannot encode the picture: ") + image.message,
                    "try a smaller size");
    write_file(path, std::string_view(bytes.data(), size));
}

}  // namespace muonscope
