#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/gui/panel.h"
#include "core/formats/tensor_file.h"
#include "core/session/background.h"
#include "core/weights/edit_stack.h"
#include "core/weights/series.h"
#include "core/weights/spectrum_summary.h"

// A model file that is open beside the training: its matrices, their singular values as they come,
// and what the edits make of them.
namespace muonscope::gui {

// Kept between sessions.
struct ModelChoices {
    // A file, a folder of checkpoints, or two files; none: nothing is open.
    std::vector<std::string> file;
    int checkpoint = -1;              // of a series, its place; -1: the last one
    std::vector<std::string> edits;   // as text_of has them
    std::vector<std::string> matrix;  // the one that is shown, by name
    std::vector<std::string> sweep;   // its edit; none: stopped, or not asked for
    int view = 0;                     // spectrum, map, tokens, steps, alignment
    int measure = 1;                  // of the map: a place in model_measures(), or a sweep
    bool logarithmic = true, index_logarithmic = true;
    int followed = 0;  // values whose curves over steps are drawn: 8, 32, all
    int leading = 1;   // directions that are held against one another: 8, 16, 32
};

struct ModelMatrix {
    const TensorEntry* entry = nullptr;
    MatrixShape shape;
    int block = -1;      // the first number in its name; -1: none
    std::string kind;    // the name without it and without .weight: "blk.ffn_down"
    bool known = false;  // values and summary are there
    Vector values;
    SpectrumSummary summary;
    EditedTensor edited;        // by the stack
    SpectrumSummary after;      // of the edited values
    double moved = 0;           // from the first of the series, as relative_change() says
    std::size_t edited_by = 0;  // the version of the stack that those two are of; 0: none
    // What edits that make new vectors come to takes a decomposition, which no frame waits for:
    // `edited` and `after` are of the list as it was before until that is done.
    bool waits = false;
    std::vector<WeightEdit>
        begun;          // up to the last of those that act on it, done beside the window
    EditedTensor made;  // by them; its vectors are let go
};

// Edits of one matrix that make new vectors, and what they come to.
struct EditedPiece {
    std::size_t matrix;
    std::vector<WeightEdit> begun;
    EditedTensor made;
};

struct ModelMeasure {
    const char *name, *help;
    double (*of)(const ModelMatrix&);  // after the edits
    bool logarithmic;                  // its colours
    bool series = false;               // only where there is one
};
std::span<const ModelMeasure> model_measures();

struct ModelPiece {
    std::size_t matrix;
    Vector values;
    SpectrumSummary summary;
    double moved;
};

struct ModelWeights {
    std::vector<std::string> chosen_files;  // what was opened, or could not be
    int chosen_checkpoint = -1;
    std::string asked;               // the path of the file
    std::string fault;               // why it could not be opened
    std::vector<Checkpoint> series;  // of a folder, or of two files; else none
    std::size_t checkpoint = 0;      // that `file` is
    std::shared_ptr<const TensorFile> file;
    std::vector<ModelMatrix> matrices;
    std::size_t left_out = 0;  // tensors without a spectrum
    std::size_t known = 0;     // matrices whose values are there
    std::size_t shown = 0;
    std::vector<WeightEdit> stack;
    std::size_t version = 1;              // of the stack: counts its changes
    std::vector<std::string> kept_edits;  // the list as it was kept last among what is chosen
    std::vector<std::vector<WeightEdit>> undo, redo;
    bool dragging = false;   // a value, by the mouse: one step of undo
    std::size_t listed = 0;  // edits that the list has room for; the same while the mouse is down
    // Of random matrices of the shapes shown so far, with |W|_F = 1.
    std::map<std::pair<Eigen::Index, Eigen::Index>, Vector> noise;
    std::vector<std::size_t> order;  // of the work under way
    Background<ModelPiece> work;
    std::vector<std::size_t> waiting;  // matrices that a panel has asked for since the last frame
    Background<EditedPiece> editing;
    std::vector<WeightEdit> editing_of;  // the edits that it began with, up to the last new vectors
    int poll_frame = -1;

    ModelMatrix* chosen() { return shown < matrices.size() ? &matrices[shown] : nullptr; }
};

// The file that is chosen, opened when it has changed; takes what came since the last frame and
// keeps the work going.
ModelWeights& model_weights(PanelContext& context);
// The edited values and what sums them up, made anew where the stack has changed. Where that takes
// new vectors it is asked for, and `waits` until it is there.
const ModelMatrix& edited_now(ModelWeights& model, ModelMatrix& matrix);
// Another stack, and the old one to come back to; `merges` with the change before.
void change_stack(ModelChoices& chosen, ModelWeights& model, std::vector<WeightEdit> stack,
                  bool merges = false);
void change_stack(PanelContext& context, ModelWeights& model, std::vector<WeightEdit> stack,
                  bool merges = false);
void undo_stack(PanelContext& context, ModelWeights& model);
void redo_stack(PanelContext& context, ModelWeights& model);
// Shows that matrix, and computes its values first.
void show_matrix(PanelContext& context, ModelWeights& model, std::size_t matrix);
// Asks for a model file or a folder of checkpoints; for a file beside the one that is open.
void ask_model(PanelContext& context);
// Throws Error where it is none.
void open_model(Preferences& preferences, const std::string& path);
void ask_second_model(PanelContext& context);
// The file of what is chosen that the edits are of; the place of a file among those that belong
// together, -1: there is one alone. Throw Error where it is not there.
std::string shown_file(const ModelChoices& chosen);
int checkpoint_of(const std::vector<std::string>& files, const std::string& path);
// "checkpoint 500"; of two files without numbers their names.
std::string checkpoint_words(const ModelWeights& model, std::size_t checkpoint);

}  // namespace muonscope::gui
