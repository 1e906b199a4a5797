#pragma once

#include <string>
#include <string_view>

#include "core/study/study.h"

namespace muonscope {

// A study file:
//   {"version": 1, "name", "title", "about",
//    "base": a preset's name, a spec file or a spec itself, "lane": its lane (name or index; the
//    first), "grid": {"network.depth": [1, 2, 4]}, "list": [{"target.modes": 3}, …],   settings:
//    list x grid "arms": [{"name": "Muon", "set": {"optimizer.kind": "muon"}, "rates": [0.01,
//    0.02], "rate": the key that these are values of, if not the tuning's}, …], "tuning": {"by": a
//    metric, "seeds": 3 or "same", "key": "optimizer.lr"}, "seeds": 10 (1 … 10) or [4, 7],
//    "budget": {"steps" | "examples" | "seconds" | "distance" | "loss": N, "most_steps": N},
//    "metrics": [{"name", "end": column | "steps_to": "column<=value" | "area": column, "over":
//    column,
//                 "every": steps, "better": "smaller" | "larger"}, …],
//    "compare": [["AdamW", "Muon"], …]}                        first − second; every arm with the
//    last
// Keys of "grid", "list" and "set" are those of --set. Throws Error naming `source`, the key, the
// value and what is allowed; every setting of every arm is tried as a spec.
Study study_from_json(std::string_view text, std::string_view source);
// A spec file that it names lies beside it.
Study read_study_file(const std::string& path);

// Reads back to the same study; its settings as "list", its base as a spec.
std::string to_json(const Study& study);
// Of that what decides a job's numbers beside its spec.
std::string measured_json(const Study& study);
// 64 hexadecimal digits of to_json.
std::string study_hash(const Study& study);

}  // namespace muonscope
