#include "app/cli/weights_model.h"

#include "app/cli/number_in.h"
#include "app/cli/progress_bar.h"
#include "core/base/error.h"
#include "core/formats/files.h"
#include "core/llama/open_llama.h"
#include "core/session/crew.h"

namespace muonscope::cli {

namespace {

constexpr std::size_t longest_file = std::size_t{1} << 20;  // bytes

}  // namespace

OpenedModel open_model(const std::string& path, int positions, const std::string& workers) {
    const int count = workers.empty()
                          ? hardware_threads()
                          : static_cast<int>(whole_number_in(workers, "--workers", 1, 256));
    OpenedModel opened;
    opened.pool = std::make_unique<WorkerPool>(count);
    opened.file = std::make_unique<TensorFile>(llama_path(path));
    ProgressLines progress;
    if (progress.due()) progress.show({"reading " + path});
    WorkerPool& pool = *opened.pool;
    opened.model = std::make_unique<TalkingModel>(
        *opened.file, positions,
        Workers{count, [&pool](int parts, const std::function<void(int)>& f) {
                    pool.for_each(parts, f);
                }});
    return opened;
}

std::string text_from(const std::string& text, const std::string& file) {
    if (!text.empty() && !file.empty())
        throw Error("--text", "stands beside --text-file", "give one of them");
    if (!file.empty()) return read_file(file, longest_file);
    return text.empty() ? common_text() : text;
}

}  // namespace muonscope::cli
