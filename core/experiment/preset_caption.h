#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/experiment/channels.h"

namespace muonscope {

class Layout;
struct Problem;

// What a preset says of itself beside the plots, and what it offers to try. Plain values: a window
// turns them into words, buttons and arrows.

// A button that does it.
struct Attempt {
    std::string label;   // on the button
    std::string expect;  // what will be seen then
    // Path and text of parameters, as --set takes them, set one after the other while it runs.
    std::vector<std::pair<std::string, std::string>> settings = {};
    bool swap = false;  // each lane takes the next one's optimisers
    std::vector<std::string> choices =
        {};  // of panels, by the names of what they remember: turned on, or "name=number"
};

// Points at the place in a plot where something happens, once it has happened: the first recorded
// step at which the channel of a lane has reached `level`.
struct Arrow {
    int lane = 0;
    Channel channel = Channel::loss;
    int k = 0;  // of channels that have several values: which, from 0
    // Singular values of the product: the share of the target's own that its mode k, u_k·P v_k, has
    // reached from below. Others: the value that is reached from above.
    double level = 0.9;
    std::string words;
};

struct Caption {
    std::string watch;              // what to look at, and why it is so
    std::vector<Attempt> attempts;  // two or three
    std::vector<Arrow> arrows;
};

// What it waits for: the place in a row of what it looks at, and that one's value.
struct ArrowWait {
    std::size_t place = 0;
    double level = 0;
    bool from_below = false;

    bool is_over(double value) const { return from_below ? value >= level : value <= level; }
};
// Nothing where the experiment has no such value.
std::optional<ArrowWait> waits_for(const Arrow& arrow, const Problem& problem,
                                   const Layout& layout);

}  // namespace muonscope
