#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/experiment/presets/list.h"

namespace muonscope {
namespace {

struct Presets {
    std::vector<Spec> specs;
    std::vector<PresetPage> pages;
};

const Presets& all() {
    static const Presets made = [] {
        Presets presets;
        const auto add = [&](Preset preset) {
            presets.specs.push_back(std::move(preset.spec));
            presets.pages.push_back(
                {{}, preset.group, preset.panel, std::move(preset.caption), preset.beside});
        };
#define MUONSCOPE_PRESET(name) add(name##_preset());
        MUONSCOPE_PRESETS(MUONSCOPE_PRESET)
#undef MUONSCOPE_PRESET
        for (std::size_t i = 0; i < presets.specs.size(); ++i)
            presets.pages[i].name = presets.specs[i].name;
        using namespace preset_parts;
        constexpr std::array groups{first, nets, ways, known, fails, paper};
        std::stable_sort(presets.pages.begin(), presets.pages.end(),
                         [&](const PresetPage& one, const PresetPage& other) {
                             const auto place = [&](const PresetPage& page) {
                                 return std::find(groups.begin(), groups.end(), page.group);
                             };
                             return place(one) < place(other);
                         });
        return presets;
    }();
    return made;
}

}  // namespace

std::span<const Spec> presets() {
    return all().specs;
}

const Spec& preset(std::string_view name) {
    const std::vector<Spec>& specs = all().specs;
    const auto found = std::find_if(specs.begin(), specs.end(),
                                    [&](const Spec& spec) { return spec.name == name; });
    if (found != specs.end()) return *found;
    std::string names;
    for (const Spec& spec : specs) names += (names.empty() ? "" : ", ") + spec.name;
    throw Error("preset \"" + std::string(name) + "\"", "there is none of this name",
                "choose one of " + names);
}

std::span<const PresetPage> preset_pages() {
    return all().pages;
}

const PresetPage* preset_page(std::string_view name) {
    const std::vector<PresetPage>& pages = all().pages;
    const auto found = std::find_if(pages.begin(), pages.end(),
                                    [&](const PresetPage& page) { return page.name == name; });
    return found == pages.end() ? nullptr : &*found;
}

}  // namespace muonscope
