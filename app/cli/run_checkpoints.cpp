#include "app/cli/run_checkpoints.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "core/base/error.h"
#include "core/documents/checkpoint_file.h"

namespace muonscope::cli {

RunCheckpoints::RunCheckpoints(OutputFolder& folder, double every, bool resumes)
    : folder_(folder), every_(every), stands_(resumes) {
    if (resumes && every > 0) folder_.on_the_way(checkpoint_name);
}

bool RunCheckpoints::due() const {
    return every_.count() > 0 && Clock::now() - newest_ >= every_;
}

void RunCheckpoints::take(const Session& session, Told told) {
    try {
        write(session, std::move(told));
    } catch (const Error& fault) {
        if (complaint_ != fault.what())
            fmt::print(stderr, "muonscope: no checkpoint of step {}: {}; training goes on\n",
                       session.step(), fault.what());
        complaint_ = fault.what();
    }
    newest_ = Clock::now();
}

void RunCheckpoints::take_last(const Session& session, Told told, bool interrupted) {
    if (every_.count() > 0 && (stands_ || interrupted)) write(session, std::move(told));
}

void RunCheckpoints::write(const Session& session, Told told) {
    RunCheckpoint checkpoint;
    checkpoint.state = session.state();
    checkpoint.until = std::move(told.until);
    checkpoint.weights = std::move(told.weights);
    checkpoint.seconds = told.seconds;
    const std::string path = folder_.on_the_way(checkpoint_name);
    if (!stands_) folder_.remove_older();  // from here on the folder is this run's
    write_checkpoint(path, checkpoint);
    stands_ = true;
}

}  // namespace muonscope::cli
