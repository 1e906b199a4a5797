#pragma once

#include <cstdint>
#include <vector>

#include "core/experiment/lane.h"
#include "core/session/edit.h"
#include "core/session/history.h"
#include "core/session/session_file.h"

namespace muonscope {

// All that a session is at a step, beside what is made from its spec: from here another process
// goes on to the same bits, the same history and the same marks (Session::resumed). Keyframes are
// no part of it: they change how long going back takes, never what it leads to.
struct SessionState {
    // A row of measures and the step it was taken at; -1: none.
    struct Row {
        std::int64_t step = -1;
        std::vector<double> values;
    };
    struct LaneState {
        Lane::State now;    // its recipe and its optimisers' specs follow from spec and log
        NewestMove newest;  // of training lanes too: what the next look at them measures
        History::Rows history;
        Row measured;  // the newest
        Row sound;     // where it was sound last, with its weights there; none: step -1
        std::vector<Matrix> sound_weights;
        // What --until has seen of it at the step before: loss, relative error, error left.
        Row looked;
        std::uint64_t hash = 0;  // Lane::state_hash() there
    };

    Spec spec;                            // at step 0
    std::vector<LoggedEdit> log;          // those beyond `applied` are still to come
    std::size_t applied = 0, marked = 0;  // of the log
    std::int64_t step = 0;
    std::vector<LaneState> lanes;
    std::vector<Event> events;
    Mark last_mark;  // later ones may merge with it
};

}  // namespace muonscope
