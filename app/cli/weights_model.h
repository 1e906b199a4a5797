#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/session/worker_pool.h"
#include "core/weights/talk.h"

namespace muonscope::cli {

// A language model on all cores, or as many as are said.
struct OpenedModel {
    std::unique_ptr<WorkerPool> pool;
    std::unique_ptr<TensorFile> file;
    std::unique_ptr<TalkingModel> model;
};
// Throws Error where the file is no language model that is known here.
OpenedModel open_model(const std::string& path, int positions, const std::string& workers);

// What a text is measured on: what was given, a file, or a paragraph of the program's own.
std::string text_from(const std::string& text, const std::string& file);

}  // namespace muonscope::cli
