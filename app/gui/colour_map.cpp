#include "app/gui/colour_map.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace muonscope::gui {
namespace {

constexpr std::size_t stops = 33;
using ColourTable = std::array<unsigned, stops>;

// Made from matplotlib's by tests/golden/colour_maps.py --stops.
constexpr std::array<ColourTable, 5> tables{{
    // viridis
    {0x440154, 0x470D60, 0x48186A, 0x482374, 0x472D7B, 0x453681, 0x424086, 0x3F4989, 0x3B528B,
     0x375A8D, 0x33638D, 0x2F6A8E, 0x2C728E, 0x297A8E, 0x26818E, 0x23898E, 0x21908D, 0x1F988B,
     0x1E9F88, 0x21A685, 0x27AE80, 0x31B57B, 0x3DBC74, 0x4CC26C, 0x5CC963, 0x6ECE58, 0x81D44C,
     0x96D840, 0xABDC32, 0xC0DF24, 0xD5E219, 0xEAE519, 0xFDE725},
    // inferno
    {0x000004, 0x030312, 0x0A0724, 0x150B37, 0x210C4A, 0x2E0A5B, 0x3C0965, 0x4A0B6B, 0x57106E,
     0x63146F, 0x70196E, 0x7D1E6D, 0x89226A, 0x962766, 0xA32B62, 0xAF315C, 0xBB3755, 0xC63D4D,
     0xD14545, 0xDB4F3C, 0xE45932, 0xEB6528, 0xF1711E, 0xF67F14, 0xF98D09, 0xFB9C05, 0xFCAB0F,
     0xFBBA1F, 0xF9CA32, 0xF5D949, 0xF2E865, 0xF2F586, 0xFCFFA4},
    // magma
    {0x000004, 0x030311, 0x0A0822, 0x130D33, 0x1D1146, 0x28125A, 0x36106B, 0x430F76, 0x50127C,
     0x5D177F, 0x691C81, 0x762181, 0x822682, 0x8F2A81, 0x9C2E7F, 0xA9327D, 0xB6377A, 0xC33B75,
     0xD04170, 0xDB486A, 0xE65063, 0xEF5C5E, 0xF5695B, 0xF9785C, 0xFC8761, 0xFD9668, 0xFEA571,
     0xFEB47B, 0xFEC387, 0xFED194, 0xFDE0A1, 0xFCEEB0, 0xFCFDBF},
    // plasma
    {0x0D0887, 0x220690, 0x310597, 0x3F049C, 0x4C02A1, 0x5901A5, 0x6600A7, 0x7200A8, 0x7E03A8,
     0x8908A6, 0x9511A2, 0x9F1A9C, 0xA92396, 0xB32C8F, 0xBB3587, 0xC33E80, 0xCB4778, 0xD25071,
     0xD9596A, 0xE06263, 0xE66C5C, 0xEB7555, 0xF07F4F, 0xF48A48, 0xF89441, 0xFB9F3A, 0xFDAB33,
     0xFEB72D, 0xFDC328, 0xFCD025, 0xF9DD24, 0xF5EB28, 0xF0F921},
    // cividis
    {0x00224E, 0x00285B, 0x002E6B, 0x043372, 0x1C386F, 0x273E6E, 0x32436D, 0x3B496C, 0x434E6C,
     0x4B546C, 0x52596D, 0x5A5F6E, 0x61646F, 0x686A71, 0x6F7073, 0x757676, 0x7C7B78, 0x848179,
     0x8B8778, 0x938D78, 0x9B9376, 0xA39A75, 0xABA072, 0xB3A670, 0xBBAD6D, 0xC3B469, 0xCCBA64,
     0xD4C15F, 0xDDC958, 0xE6D051, 0xEFD748, 0xF9DE3A, 0xFEE838},
}};

constexpr std::array<ColourMapInfo, 5> all{{
    {ColourMap::viridis, "viridis", 0.35, 0.59},
    {ColourMap::inferno, "inferno", 0.49, 0.67},
    {ColourMap::magma, "magma", 0.49, 0.675},
    {ColourMap::plasma, "plasma", 0.41, 0.635},
    {ColourMap::cividis, "cividis", 0.385, 0.625},
}};

float channel(unsigned low, unsigned high, int shift, float between) {
    const auto a = static_cast<float>((low >> shift) & 255U);
    const auto b = static_cast<float>((high >> shift) & 255U);
    return (a + (b - a) * between) / 255.0F;
}

}  // namespace

std::span<const ColourMapInfo> colour_maps() {
    return all;
}

const ColourMapInfo& map_info(ColourMap map) {
    return all[static_cast<std::size_t>(map)];
}

ImVec4 colour_of(ColourMap map, double x) {
    const ColourTable& table = tables[static_cast<std::size_t>(map)];
    const double at = std::clamp(std::isfinite(x) ? x : 0.0, 0.0, 1.0) * (stops - 1);
    const auto low = std::min(static_cast<std::size_t>(at), stops - 2);
    const auto between = static_cast<float>(at - static_cast<double>(low));
    const unsigned a = table[low], b = table[low + 1];
    return {channel(a, b, 16, between), channel(a, b, 8, between), channel(a, b, 0, between), 1.0F};
}

}  // namespace muonscope::gui
