#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/session/command.h"
#include "core/session/pacer.h"
#include "core/session/session.h"
#include "core/session/snapshot.h"

// What was done to a session and can be taken back, and what was taken back and can be done again.
namespace muonscope {

// A run put aside as it was, with what the transport was doing.
struct RunAside {
    struct Transport {
        TrainerState state = TrainerState::idle;
        bool playing = false;
        std::optional<std::int64_t> target, arriving;
        double speed = 0;  // steps a second
        std::shared_ptr<const SessionFile> opened;
    };
    Transport transport;
    // One of the two: the run, or where there was no room for it what it is run again from, to the
    // same bits.
    std::unique_ptr<Session> session;
    std::shared_ptr<const SessionFile> file;
    std::int64_t step = 0;

    // Of the session, as it was weighed when it was put here or changed last.
    std::size_t bytes = 0;
    void weigh() { bytes = session ? session->bytes() : 0; }
    void shrink();  // to less: first without keyframes, then as a file
};

// One thing that was done.
struct UndoStep {
    enum class Kind {
        edit,  // of a run that went on: taken back by an edit, or exactly where it has not trained
        go_back,  // to an earlier step of the same run
        replace,  // of the run by another one
    };
    Kind kind = Kind::edit;
    std::string what = {};  // "Muon: learning rate 0.02 → 0.1"
    Clock::time_point at = {};
    // Of an edit: which, and the specs around it; one of a slider's many stands for all.
    std::optional<Edit> edit = {};
    std::shared_ptr<const Spec> before = {}, after = {};
    // The run as it was before it; once taken back, as it was after. Of an edit only as long as no
    // step was taken since.
    std::unique_ptr<RunAside> run = {};
};

// The edits that lead a run from one spec to another, `done` the one that led the other way; none:
// no edits do, only a new start.
std::optional<std::vector<Edit>> edits_between(const Spec& from, const Spec& to, const Edit& done);

class UndoStack {
  public:
    // What undo and redo would do; empty names where there is nothing.
    TakingBack names() const;

    // Whether an edit made now belongs to the one before: a slider that is being dragged. Then
    // merge() is called instead of done().
    bool merges(const Edit& edit, Clock::time_point now) const;
    void merge(const Edit& edit, std::shared_ptr<const Spec> after, Clock::time_point now);
    // Going back once more, without a step in between, is one step of undo.
    bool goes_back() const;
    void rename(std::string what, Clock::time_point now);
    // What had been taken back is gone then.
    void done(UndoStep step);

    // The newest, for whoever takes it back (or does it again) and says when that is done.
    std::optional<UndoStep> take_undo();
    std::optional<UndoStep> take_redo();
    void give_undo(UndoStep step);
    void give_redo(UndoStep step);

    // Steps were taken, up to here: edits can be taken back by edits alone; a run that was led back
    // and has come to where it was has nothing to take back.
    void trained(std::int64_t step);
    // Puts aside less where all that is put aside takes more, the oldest first.
    void keep_within(std::size_t bytes);
    std::size_t bytes() const;

  private:
    std::vector<UndoStep> done_, undone_;
    bool exact_ = false;  // some edit holds the run before it
};

}  // namespace muonscope
