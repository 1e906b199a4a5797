#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "app/gui/model_weights.h"
#include "app/gui/panel.h"
#include "core/session/background.h"
#include "core/weights/edited_file.h"

// What goes to the disk from *Model weights*: the list of edits, and the model that comes of it.
namespace muonscope::gui {

// As `--stack` of the command line has it.
void ask_where_to_save_edits(PanelContext& context, const ModelWeights& model);
// Takes the place of the list; one step of undo.
void ask_which_edits_to_open(PanelContext& context);

struct ExportPiece {
    std::string tensor;                 // whose turn it is
    std::optional<EditedFile> written;  // at the end
};

// The edited model on its way into a file, beside the window.
struct ModelExport {
    std::string path;  // empty: none is under way
    std::string type;
    std::string tensor;
    std::size_t begun = 0, tensors = 0;
    Background<ExportPiece> work;

    bool busy() const { return !path.empty() || work.busy(); }
};

// Asks where to; the types are those of files: "F32", "F16".
void ask_where_to_export(PanelContext& context, const ModelWeights& model, const char* type);
// Looks how far it is; says what came of it.
ModelExport& model_export(PanelContext& context);
// Leaves no part of a file.
void cancel_export(ModelExport& writing);

}  // namespace muonscope::gui
