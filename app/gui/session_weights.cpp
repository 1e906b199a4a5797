#include "app/gui/session_weights.h"

#include <filesystem>
#include <utility>

#include "app/gui/model_weights.h"
#include "app/gui/widgets.h"
#include "core/base/fault_text.h"
#include "core/base/near_names.h"
#include "core/weights/sweep.h"

namespace muonscope::gui {

namespace {

// What was found last: a file that is open does not change.
struct KnownHash {
    std::weak_ptr<const TensorFile> of;
    std::string sha256;

    std::string find(const std::shared_ptr<const TensorFile>& file) const {
        return of.lock() == file ? sha256 : "";
    }
};

// The file of a session that was opened, until it is known to be the one that it was.
struct OpenedWeights {
    std::shared_ptr<const TensorFile> file;  // null: there is nothing to look at
    std::string sha256;
    Background<std::string> work;
};

Work<> find_hash(std::shared_ptr<const TensorFile> file, Background<std::string>::Outlet outlet) {
    std::string hash = co_await hash_of(*file);
    outlet(std::move(hash));
    co_await pause();
}

void begin_hash(Background<std::string>& work, Workplace& workplace,
                const std::shared_ptr<const TensorFile>& file) {
    work.begin(workplace, [&](auto outlet) { return find_hash(file, std::move(outlet)); });
}

std::string absolute(const std::string& path) {
    return std::filesystem::absolute(path).lexically_normal().string();
}

}  // namespace

std::shared_ptr<SavedWeights> begin_saving_weights(Workplace& workplace, Preferences& preferences,
                                                   ViewState& view) {
    const ModelChoices& chosen = preferences.panels.of<ModelChoices>();
    if (chosen.file.empty()) return nullptr;
    const ModelWeights& model = view.panels.of<ModelWeights>();
    auto saved = std::make_shared<SavedWeights>();
    SessionFile::Weights& weights = saved->weights;
    try {
        // A panel that was not looked at has not opened what is chosen.
        const bool open = model.file && model.chosen_files == chosen.file &&
                          model.chosen_checkpoint == chosen.checkpoint;
        weights.shown = open ? model.asked : shown_file(chosen);
        saved->file = open ? model.file : std::make_shared<const TensorFile>(weights.shown);
        weights.shown = absolute(weights.shown);
        for (const std::string& file : chosen.file) weights.files.push_back(absolute(file));
    } catch (const std::exception&) {
        return nullptr;
    }
    weights.edits = chosen.edits;
    if (!chosen.matrix.empty()) weights.matrix = chosen.matrix.front();
    weights.sha256 = view.panels.of<KnownHash>().find(saved->file);
    if (weights.sha256.empty()) begin_hash(saved->work, workplace, saved->file);
    return saved;
}

bool is_ready(SavedWeights& saved, ViewState& view) {
    for (std::string& hash : saved.work.take()) {
        view.panels.of<KnownHash>() = {saved.file, hash};
        saved.weights.sha256 = std::move(hash);
    }
    return !saved.weights.sha256.empty() || !saved.work.error().empty();
}

SessionFile::Weights finished(SavedWeights& saved, ViewState& view) {
    if (!is_ready(saved, view)) saved.weights.sha256 = hash_of(*saved.file).finish();
    return saved.weights;
}

void open_weights(Preferences& preferences, ViewState& view, const SessionFile::Weights& weights) {
    OpenedWeights& opened = view.panels.of<OpenedWeights>();
    opened.work.stop();
    opened.file.reset();
    ModelChoices wanted = preferences.panels.of<ModelChoices>();
    wanted.file = weights.files;
    wanted.edits = weights.edits;
    wanted.matrix.clear();
    if (!weights.matrix.empty()) wanted.matrix = {weights.matrix};
    wanted.sweep.clear();
    try {
        wanted.checkpoint = checkpoint_of(weights.files, weights.shown);
        opened.file = std::make_shared<const TensorFile>(weights.shown);
    } catch (const std::exception& fault) {
        say(view,
            "The training is opened, the model that the session was saved with is not: " +
                fault_text(fault),
            true);
        return;
    }
    opened.sha256 = weights.sha256;
    preferences.panels.of<ModelChoices>() = wanted;
    // A folder that is open may hold others by now.
    if (wanted.checkpoint >= 0) view.panels.of<ModelWeights>().chosen_files.clear();
}

void follow_opened_weights(PanelContext& context) {
    OpenedWeights& opened = context.kept<OpenedWeights>();
    if (!opened.file) return;
    std::string hash = context.kept<KnownHash>().find(opened.file);
    for (std::string& found : opened.work.take()) hash = std::move(found);
    const bool over = !hash.empty() || opened.sha256.empty() || !opened.work.error().empty();
    if (!over && !opened.work.busy()) begin_hash(opened.work, context.workplace, opened.file);
    context.view.working = context.view.working || opened.work.busy();
    if (!over) return;
    if (!hash.empty() && hash != opened.sha256)
        say(context.view,
            in_quotes(opened.file->path(), 200) +
                " has changed since the session was saved: the edits act on what it holds now",
            true);
    opened.file.reset();
}

}  // namespace muonscope::gui
