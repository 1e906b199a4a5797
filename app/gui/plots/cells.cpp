#include "app/gui/plots/cells.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "app/gui/plots/texture.h"
#include "app/gui/theme.h"

namespace muonscope::plots {

namespace {

struct Picture {
    Texture texture{512, 512};
    int width = 0, height = 0;  // pixels; 0: not painted
    std::vector<ImU32> colours;
};
struct Pictures {
    std::map<ImGuiID, Picture> by_plot;
};

std::vector<ImU32> colours_of(const Cells& cells) {
    std::vector<ImU32> colours;
    colours.reserve(cells.values.size());
    for (Eigen::Index i = 0; i < cells.values.rows(); ++i)
        for (Eigen::Index j = 0; j < cells.values.cols(); ++j)
            colours.push_back(gui::u32(cells.colour(cells.values(i, j))));
    return colours;
}

// Where the matrix stands, on whole pixels.
struct Place {
    ImVec2 from, to;
    int width() const { return static_cast<int>(to.x - from.x); }
    int height() const { return static_cast<int>(to.y - from.y); }
};

Place place_of(const Axes& axes, const Cells& cells) {
    const auto round = [](ImVec2 at) { return ImVec2{std::round(at.x), std::round(at.y)}; };
    return {round(axes.pixel(0, 0)), round(axes.pixel(static_cast<double>(cells.values.cols()),
                                                      -static_cast<double>(cells.values.rows())))};
}

bool all_shown(const Axes& axes, const Place& place) {
    return place.from.x > axes.position.x - 1 && place.from.y > axes.position.y - 1 &&
           place.to.x < axes.right() + 1 && place.to.y < axes.bottom() + 1;
}

// The first pixel of each of so many entries on so many pixels, and the end of the last.
std::vector<int> edges(Eigen::Index entries, int pixels) {
    std::vector<int> at;
    for (Eigen::Index i = 0; i <= entries; ++i)
        at.push_back(static_cast<int>(std::lround(
            static_cast<double>(pixels) * static_cast<double>(i) / static_cast<double>(entries))));
    return at;
}

// False when the picture is too large, or the renderer takes none.
bool paint(Picture& picture, const Cells& cells, int width, int height) {
    std::vector<ImU32> colours = colours_of(cells);
    if (picture.width == width && picture.height == height && picture.colours == colours)
        return true;
    if (width < 1 || height < 1 || width > picture.texture.width() ||
        height > picture.texture.height())
        return false;
    ImU32* const out = picture.texture.write(width, height);
    if (out == nullptr) return false;
    const std::vector<int> rows = edges(cells.values.rows(), height);
    const std::vector<int> columns = edges(cells.values.cols(), width);
    for (std::size_t i = 0; i + 1 < rows.size(); ++i)
        for (int y = rows[i]; y < rows[i + 1]; ++y)
            for (std::size_t j = 0; j + 1 < columns.size(); ++j)
                std::fill(out + y * picture.texture.width() + columns[j],
                          out + y * picture.texture.width() + columns[j + 1],
                          colours[i * (columns.size() - 1) + j]);
    picture.width = width;
    picture.height = height;
    picture.colours = std::move(colours);
    return true;
}

void draw_rectangles(const Axes& axes, const Cells& cells) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const auto round = [](ImVec2 at) { return ImVec2{std::round(at.x), std::round(at.y)}; };
    for (Eigen::Index i = 0; i < cells.values.rows(); ++i)
        for (Eigen::Index j = 0; j < cells.values.cols(); ++j) {
            const auto column = static_cast<double>(j), row = static_cast<double>(i);
            const ImVec2 from = round(axes.pixel(column, -row));
            const ImVec2 to = round(axes.pixel(column + 1, -row - 1));
            if (to.x > axes.position.x && from.x < axes.right() && to.y > axes.position.y &&
                from.y < axes.bottom())
                draw->AddRectFilled(from, to, gui::u32(cells.colour(cells.values(i, j))));
        }
}

}  // namespace

void draw_cells(gui::PanelContext& context, const Axes& axes, const Cells& cells) {
    if (cells.values.size() == 0) return;
    const Place place = place_of(axes, cells);
    Picture& picture = context.kept<Pictures>().by_plot[axes.id];
    if (!all_shown(axes, place) || !paint(picture, cells, place.width(), place.height())) {
        draw_rectangles(axes, cells);
        return;
    }
    const ImVec2 uv{
        static_cast<float>(place.width()) / static_cast<float>(picture.texture.width()),
        static_cast<float>(place.height()) / static_cast<float>(picture.texture.height())};
    ImGui::GetWindowDrawList()->AddImage(picture.texture.reference(), place.from, place.to, {0, 0},
                                         uv);
}

}  // namespace muonscope::plots
