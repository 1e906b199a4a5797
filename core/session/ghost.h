#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/session/snapshot.h"

namespace muonscope {

// What a run recorded, kept to be seen behind another one. It shares the rows with the run's own
// history, which writes none of them again.
struct Ghost {
    struct Lane {
        std::string name;
        std::int64_t sound_step = LaneSnapshot::every_step;  // see LaneSnapshot
        HistoryView history;
    };
    std::string name;
    std::shared_ptr<const Spec> spec;  // null: of a file of numbers alone
    std::int64_t step = 0;             // how far it came
    std::vector<Lane> lanes;
    // Where each channel stands in a row, by its name and by its title (see channel_names).
    std::map<std::string, std::size_t, std::less<>> channels;

    std::optional<std::size_t> channel(std::string_view name) const;
};

// "Two ways up, step 412".
Ghost ghost_of(const Snapshot& snapshot);
// The same without its channels, which is cheap: at every snapshot of a run that may be replaced.
// name_channels makes it whole, by the layout of then.
Ghost ghost_without_channels(const Snapshot& snapshot);
void name_channels(Ghost& ghost, const Layout& layout);

}  // namespace muonscope
