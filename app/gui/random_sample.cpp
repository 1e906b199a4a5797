#include "app/gui/random_sample.h"

#include "imgui.h"

namespace muonscope::gui {

RandomSample& random_sample(PanelContext& context) {
    RandomSample& sample = context.kept<RandomSample>();
    if (sample.poll_frame == ImGui::GetFrameCount()) return sample;
    sample.poll_frame = ImGui::GetFrameCount();

    const bool other =
        !sample.numbers || sample.numbers->n() != sample.n || sample.numbers->seed() != sample.seed;
    if (other || sample.stopped) sample.work.stop();
    for (SampleSummary& newest : sample.work.take()) {
        sample.summary = std::move(newest);
        sample.summary_n = sample.numbers->n();
    }
    if (!sample.work.busy() && !sample.stopped) {
        if (other) {
            sample.numbers = std::make_shared<MatrixSample>(sample.n, sample.seed);
            sample.summary = {};
        }
        if (sample.numbers->drawn() < sample.wanted)
            sample.work.begin(context.workplace, [&](auto outlet) {
                return MatrixSample::draw(sample.numbers, sample.wanted, std::move(outlet));
            });
    }
    context.view.working = context.view.working || sample.work.busy();
    return sample;
}

}  // namespace muonscope::gui
