#include "app/gui/plots/cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/theme.h"
#include "app/render/renderer.h"

namespace muonscope::plots {

namespace {

constexpr int shades = 65;  // odd: one for the middle of the range

Colour colour_of(const ImVec4& colour) {
    return {colour.x, colour.y, colour.z, colour.w};
}

// Where the blocks stand, on whole pixels.
struct CellsPlace {
    ImVec2 from, to;
};
CellsPlace place_of(const Axes& axes, const CellBlocks& blocks) {
    const auto corner = [&](Eigen::Index row, Eigen::Index column) {
        const ImVec2 at = axes.pixel(static_cast<double>(column), -static_cast<double>(row));
        return ImVec2{std::round(at.x), std::round(at.y)};
    };
    return {corner(blocks.row, blocks.column),
            corner(blocks.row + blocks.rows(), blocks.column + blocks.columns())};
}

Heatmap heatmap_of(const Cells& cells, const CellBlocks& blocks, float width, float height) {
    Heatmap map;
    map.rows = static_cast<int>(blocks.values.rows());
    map.columns = static_cast<int>(blocks.values.cols());
    map.values.reserve(static_cast<std::size_t>(blocks.values.size()));
    for (Eigen::Index i = 0; i < blocks.values.rows(); ++i)
        for (Eigen::Index j = 0; j < blocks.values.cols(); ++j)
            map.values.push_back(static_cast<float>(blocks.values(i, j)));
    map.low = static_cast<float>(cells.low);
    map.high = static_cast<float>(cells.high);
    for (int i = 0; i < shades; ++i)
        map.colours.push_back(
            colour_of(cells.colour(cells.low + (cells.high - cells.low) * i / (shades - 1.0))));
    map.none = colour_of(cells.none);
    // The camera reaches as far as the nearer edges: all of the picture is the matrix.
    const float unit = std::min(width, height);
    map.corner = {-width / unit, height / unit, 0};
    map.right = {2 * width / unit, 0, 0};
    map.down = {0, -2 * height / unit, 0};
    return map;
}

void draw_rectangles(const Axes& axes, const Cells& cells, const CellBlocks& blocks) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    for (Eigen::Index i = 0; i < blocks.values.rows(); ++i)
        for (Eigen::Index j = 0; j < blocks.values.cols(); ++j) {
            CellBlocks one{blocks.row + i * blocks.stride, blocks.column + j * blocks.stride,
                           blocks.stride, Matrix::Zero(1, 1)};
            const CellsPlace place = place_of(axes, one);
            const double value = blocks.values(i, j);
            draw->AddRectFilled(place.from, place.to,
                                gui::u32(std::isfinite(value) ? cells.colour(value) : cells.none));
        }
}

}  // namespace

CellBlocks blocks_shown(const Axes& axes, const Matrix& values) {
    const auto clamped = [](double at, Eigen::Index end) {
        return static_cast<Eigen::Index>(std::clamp(at, 0.0, static_cast<double>(end)));
    };
    const Eigen::Index left = clamped(std::floor(axes.x.low), values.cols());
    const Eigen::Index right = clamped(std::ceil(axes.x.high), values.cols());
    const Eigen::Index top = clamped(std::floor(-axes.y.high), values.rows());
    const Eigen::Index bottom = clamped(std::ceil(-axes.y.low), values.rows());
    const double pixels = static_cast<double>(axes.extent.x) *
                          static_cast<double>(ImGui::GetIO().DisplayFramebufferScale.x);
    const double each = (axes.x.high - axes.x.low) / std::max(pixels, 1.0);  // entries a pixel
    return cell_blocks(values, top, bottom, left, right,
                       static_cast<Eigen::Index>(std::ceil(each - 1e-6)));
}

std::string cells_picture(const Axes& axes) {
    return fmt::format("cells {:08x}", axes.id);
}

void draw_cells(gui::PanelContext& context, const Axes& axes, const Cells& cells) {
    const CellBlocks blocks = blocks_shown(axes, cells.values);
    if (blocks.values.size() == 0) return;
    const CellsPlace place = place_of(axes, blocks);
    const ImVec2 scale = ImGui::GetIO().DisplayFramebufferScale;
    const ImVec2 size{(place.to.x - place.from.x) * scale.x, (place.to.y - place.from.y) * scale.y};
    if (size.x < 1 || size.y < 1) return;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const auto rows = static_cast<double>(cells.values.rows());
    const auto columns = static_cast<double>(cells.values.cols());
    draw->PushClipRect(axes.pixel(0, 0), axes.pixel(columns, -rows), true);
    ImTextureID texture = ImTextureID_Invalid;
    std::string fault;
    if (context.renderer != nullptr) {
        const auto width = static_cast<int>(size.x), height = static_cast<int>(size.y);
        Scene scene;
        scene.heatmaps.push_back(heatmap_of(cells, blocks, size.x, size.y));
        const Picture picture{colour_of(cells.none), {{{0, 0, width, height}, std::move(scene)}}};
        const Image& image = context.renderer->image(cells_picture(axes), picture, width, height);
        texture = image.texture;
        fault = image.fault;
    }
    if (texture != ImTextureID_Invalid)
        draw->AddImage(texture, place.from, place.to, {0, 1}, {1, 0});
    else if (blocks.values.size() <= 4096)
        draw_rectangles(axes, cells, blocks);
    draw->PopClipRect();
    if (!fault.empty())
        draw->AddText({axes.position.x, axes.position.y}, gui::u32(context.theme.bad),
                      fault.c_str());
}

}  // namespace muonscope::plots
