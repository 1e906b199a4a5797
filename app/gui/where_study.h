#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/gui/panel.h"
#include "core/session/background.h"
#include "core/study/where.h"

// A study's database that is open beside the training: on which matrices Muon pays there.
namespace muonscope::gui {

// Kept between sessions.
struct WhereChoices {
    std::vector<std::string> file;  // a database, or a study's .json beside it; none: not open
    int metric = 0, setting = 0;
};

// All that came of its results.
struct WhereFound {
    Study study;
    std::int64_t jobs = 0, done = 0;
    std::int64_t missing = 0;  // of those that gains are made of: the others need not be run
    std::vector<Experiment> experiments;  // by setting
    std::vector<MatrixGain> gains;
    std::vector<RuleTest> tests;  // settings outermost, then metrics
    std::string definitions;
};

struct WhereStudy {
    std::vector<std::string> asked;  // the choice that it is of
    std::string fault;               // why there is nothing
    std::shared_ptr<const WhereFound> found;
    Background<std::shared_ptr<const WhereFound>> work;
};

// Opens what is chosen when that has changed, beside the window; takes what came.
WhereStudy& where_study(PanelContext& context);
// The same file from its beginning, for a study that goes on.
void read_again(PanelContext& context);
void ask_study(PanelContext& context);

}  // namespace muonscope::gui
