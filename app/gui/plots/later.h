#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "app/gui/panel.h"
#include "core/session/background.h"

namespace muonscope::plots {

// A result that is worked out at once where that takes less than a frame, and beside the frames
// where it takes longer; until then the one before stands.
template <class Result>
class Later {
  public:
    // Multiply-adds that a frame has room for.
    static constexpr double at_once = 6e7;

    bool busy() const { return work_ && work_->busy(); }
    // Not while busy(). `work` owns all that it reads.
    void begin(gui::PanelContext& context, double multiply_adds, std::function<Result()> work,
               Result& into) {
        if (multiply_adds <= at_once) {
            into = work();
            return;
        }
        if (!work_) work_ = std::make_unique<Background<Result>>();
        work_->begin(context.workplace, [&](auto outlet) { return once(std::move(work), outlet); });
        context.view.working = true;
    }
    // Takes over what has been worked out meanwhile.
    void look(gui::PanelContext& context, Result& into) {
        if (!work_) return;
        for (Result& piece : work_->take()) into = std::move(piece);
        context.view.working = context.view.working || work_->busy();
    }

  private:
    static Work<> once(std::function<Result()> work, typename Background<Result>::Outlet outlet) {
        outlet(work());
        co_return;
    }

    std::unique_ptr<Background<Result>> work_;
};

}  // namespace muonscope::plots
