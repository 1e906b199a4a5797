#include "app/gui/plots/stroke.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "imgui_internal.h"

namespace muonscope::plots {

namespace {

// Unit normal of a segment; zero where it has no length.
ImVec2 normal(const ImVec2& from, const ImVec2& to) {
    const float dx = to.x - from.x, dy = to.y - from.y;
    const float size = std::hypot(dx, dy);
    return size > 0 ? ImVec2{dy / size, -dx / size} : ImVec2{0, 0};
}

// The sharpest turn that is mitred, as the squared cosine of half of it: the corner of one stands
// out by twice half the thickness. At a sharper one the line ends and begins anew, or a peak would
// look higher than it is.
constexpr float sharpest = 0.25F;

}  // namespace

void add_stroke(ImDrawList* draw, std::span<const ImVec2> points, ImU32 colour, float thickness) {
    if (points.size() < 2) return;
    thickness = std::max(thickness, 1.0F);
    const auto row = static_cast<int>(std::ceil(thickness));
    const bool baked = (draw->Flags & ImDrawListFlags_AntiAliasedLinesUseTex) != 0 &&
                       row < IM_DRAWLIST_TEX_LINES_WIDTH_MAX;
    if (!baked) {
        draw->AddPolyline(points.data(), static_cast<int>(points.size()), colour, 0, thickness);
        return;
    }
    // The row's line is `row` pixels wide with a clear pixel on each side: scaled, it covers what
    // the thickness asks for.
    const float half = (static_cast<float>(row) / 2 + 1) * thickness / static_cast<float>(row);
    const ImVec4 uv = draw->_Data->TexUvLines[row];
    const auto write = [&](const ImVec2& at, float x, float y) {
        draw->PrimWriteVtx({at.x + x * half, at.y + y * half}, {uv.x, uv.y}, colour);
        draw->PrimWriteVtx({at.x - x * half, at.y - y * half}, {uv.z, uv.w}, colour);
    };
    const auto count = static_cast<int>(points.size());
    const int most = 4 * count - 2;
    draw->PrimReserve(6 * (count - 1), most);
    int written = 2;
    ImVec2 before = normal(points[0], points[1]);
    write(points[0], before.x, before.y);
    for (std::size_t i = 1; i < points.size(); ++i) {
        const unsigned end = draw->_VtxCurrentIdx;
        for (const unsigned corner : {0U, 1U, 2U, 2U, 1U, 3U})
            draw->PrimWriteIdx(static_cast<ImDrawIdx>(end - 2 + corner));
        const ImVec2 after = i + 1 < points.size() ? normal(points[i], points[i + 1]) : before;
        const float x = (before.x + after.x) / 2, y = (before.y + after.y) / 2;
        const float square = x * x + y * y;
        const bool sharp = square < sharpest;
        if (sharp) {
            write(points[i], before.x, before.y);
            write(points[i], after.x, after.y);
        } else {
            write(points[i], x / square, y / square);
        }
        written += sharp ? 4 : 2;
        before = after;
    }
    draw->PrimUnreserve(0, most - written);
}

void add_band(ImDrawList* draw, std::span<const BandColumn> columns, ImU32 colour,
              float thickness) {
    if (columns.size() < 2) return;
    if ((draw->Flags & ImDrawListFlags_AntiAliasedLinesUseTex) == 0) {
        const float half = thickness / 2;
        for (std::size_t i = 1; i < columns.size(); ++i) {
            const BandColumn &a = columns[i - 1], &b = columns[i];
            draw->AddQuadFilled({a.x, a.high - half}, {b.x, b.high - half}, {b.x, b.low + half},
                                {a.x, a.low + half}, colour);
        }
        return;
    }
    const auto count = static_cast<int>(columns.size());
    draw->PrimReserve(6 * (count - 1), 2 * count);
    for (int i = 0; i < count; ++i) {
        const BandColumn& at = columns[i];
        const float height = at.low - at.high + thickness, middle = (at.low + at.high) / 2;
        // As in add_stroke, of the row nearest in height: between two columns the texture goes
        // through the rows between, and their lines are as wide as the band is there.
        const int row = std::clamp(static_cast<int>(std::lround(height)), 1,
                                   IM_DRAWLIST_TEX_LINES_WIDTH_MAX - 1);
        const ImVec4 uv = draw->_Data->TexUvLines[row];
        const float half = (static_cast<float>(row) / 2 + 1) * height / static_cast<float>(row);
        draw->PrimWriteVtx({at.x, middle - half}, {uv.x, uv.y}, colour);
        draw->PrimWriteVtx({at.x, middle + half}, {uv.z, uv.w}, colour);
        if (i == 0) continue;
        const unsigned end = draw->_VtxCurrentIdx;
        for (const unsigned corner : {4U, 3U, 2U, 2U, 3U, 1U})
            draw->PrimWriteIdx(static_cast<ImDrawIdx>(end - corner));
    }
}

void add_dashes(ImDrawList* draw, std::span<const ImVec2> points, ImU32 colour, float thickness,
                std::span<const float> pattern) {
    std::size_t phase = 0;
    float left = pattern[0];
    ImVec2 from = points[0];
    for (std::size_t i = 1; i < points.size(); ++i) {
        const ImVec2 to = points[i];
        const float dx = to.x - from.x, dy = to.y - from.y;
        const float size = std::max(std::hypot(dx, dy), 1e-3F);
        float done = 0;
        ImVec2 at = from;
        while (done < size) {
            const float step = std::min(left, size - done);
            done += step;
            left -= step;
            const float share = std::min(done / size, 1.0F);
            const ImVec2 next{from.x + dx * share, from.y + dy * share};
            if (phase % 2 == 0) {
                const std::array<ImVec2, 2> piece{at, next};
                add_stroke(draw, piece, colour, thickness);
            }
            at = next;
            if (left <= 1e-4F) {
                phase = (phase + 1) % pattern.size();
                left = pattern[phase];
                if (done >= size - 1e-4F) break;
            }
        }
        from = to;
    }
}

void add_line(ImDrawList* draw, std::span<const ImVec2> points, ImU32 colour, float thickness,
              Dash dash, float unit) {
    if (points.empty()) return;
    if (points.size() == 1) {
        draw->AddCircleFilled(points[0], thickness, colour, 8);
        return;
    }
    const std::array<float, 2> dashed{5 * unit, 3 * unit}, dotted{1.2F * unit, 2.2F * unit};
    const std::array<float, 4> dash_dotted{6 * unit, 2.5F * unit, 1.2F * unit, 2.5F * unit};
    switch (dash) {
        case Dash::solid:
            add_stroke(draw, points, colour, thickness);
            break;
        case Dash::dashed:
            add_dashes(draw, points, colour, thickness, dashed);
            break;
        case Dash::dotted:
            add_dashes(draw, points, colour, thickness, dotted);
            break;
        case Dash::dash_dotted:
            add_dashes(draw, points, colour, thickness, dash_dotted);
            break;
    }
}

}  // namespace muonscope::plots
