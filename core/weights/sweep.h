#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/base/work.h"
#include "core/weights/talk.h"

// Which of a model's numbers matter: one edit made on one matrix after another, and how far it
// moves what the model says of a text.
namespace muonscope {

struct SweepSpec {
    WeightEdit edit;                    // its target is each matrix in turn
    std::vector<std::string> matrices;  // names of tensors, in the order they are looked at
    std::vector<int> tokens;            // of the text, at least two
};

// The model's own edits are taken away first, and those of the sweep in the end. Hands over what
// each matrix comes to, then pauses. Leaves out what `edit` does not act on.
using SweepOutlet = std::function<void(const std::string& matrix, TextScore score)>;
Work<> sweep(TalkingModel& model, SweepSpec spec, SweepOutlet outlet);

// What has been found before, kept in a file of its own for each model file, edit and text, so that
// nobody waits twice. It also depends on the program: another one finds nothing.
class KeptSweep {
  public:
    // `file_hash`: see hash_of().
    KeptSweep(const std::string& file_hash, const WeightEdit& edit, const std::vector<int>& tokens);
    const std::string& path() const { return path_; }
    // By matrix; nothing where there is no such file or it cannot be read.
    std::map<std::string, TextScore> load() const;
    // Throws Error where it cannot be written.
    void save(const std::map<std::string, TextScore>& scores) const;

  private:
    std::string path_;
};

// SHA-256 of the file's bytes; pauses between megabytes.
Work<std::string> hash_of(const TensorFile& file);

}  // namespace muonscope
