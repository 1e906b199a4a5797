#pragma once

#include <memory>
#include <string>

#include "app/gui/panel.h"
#include "core/formats/tensor_file.h"
#include "core/session/background.h"
#include "core/session/session_file.h"

// The model that is open beside the training, into a saved session and out of one.
namespace muonscope::gui {

// As it was when the session was to be saved. The hash of its file takes up to seconds, which no
// frame waits for.
struct SavedWeights {
    SessionFile::Weights weights;
    std::shared_ptr<const TensorFile> file;
    Background<std::string> work;
};
// Null where no model is open, or none that can be read.
std::shared_ptr<SavedWeights> begin_saving_weights(Workplace& workplace, Preferences& preferences,
                                                   ViewState& view);
// Whether the hash is there.
bool is_ready(SavedWeights& saved, ViewState& view);
// With the hash, waited for where it is not there.
SessionFile::Weights finished(SavedWeights& saved, ViewState& view);

// Opens the model of a session, its edits with it; says why where it cannot be.
void open_weights(Preferences& preferences, ViewState& view, const SessionFile::Weights& weights);
// Once a frame: says so when the file turns out to be another one than the session was saved with.
void follow_opened_weights(PanelContext& context);

}  // namespace muonscope::gui
