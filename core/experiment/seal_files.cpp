#include "core/experiment/seal_files.h"

#include "core/weights/tensor_reference.h"

namespace muonscope {

void seal_files(Experiment& experiment) {
    if (experiment.target.kind == TargetKind::file)
        experiment.target.file = sealed_reference(experiment.target.file);
    if (experiment.init.kind == InitKind::files)
        for (std::string& file : experiment.init.files) file = sealed_reference(file);
}

}  // namespace muonscope
