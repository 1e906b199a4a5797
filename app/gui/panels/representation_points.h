#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "app/gui/drawn_step.h"
#include "app/gui/panel.h"
#include "app/gui/plots/later.h"
#include "core/experiment/projection.h"
#include "core/experiment/shown_points.h"

// Points of each lane after each layer, as they are drawn: worked out from the newest weights, or
// from those of a step that was seen before.
namespace muonscope::gui {

enum class FramesOf { target, start, principal };

// What points are worked out from.
struct PointsOf {
    std::shared_ptr<const Problem> problem;
    std::shared_ptr<const ShownPoints> shown;
    StateName state;
    std::int64_t returns = 0;  // of the run then, see Returns
    std::shared_ptr<const std::vector<Matrix>> weights;
    FramesOf frames = FramesOf::target;
    int first = 0;
    // Held: seen from these, whatever has become of the weights since.
    std::shared_ptr<const std::vector<PointFrame>> held;

    bool operator==(const PointsOf&) const = default;
};
// Where the points were at step 0, and the frames of then: worked out once.
struct StartPoints {
    FramesOf frames = FramesOf::target;
    int first = 0;
    std::vector<Matrix> states;
    std::vector<PointFrame> from;  // the start's own, or the target's at the start
};
struct DrawnPoints {
    PointsOf of;
    std::shared_ptr<const StartPoints> start_points;
    std::vector<Matrix> states;  // width x points, after layer 1 … L
    std::vector<PointFrame> frames;
    std::vector<Matrix> at;     // 3 x points: where they are drawn
    std::vector<Matrix> start;  // likewise where they were at step 0
};
// before: the picture before: what stays is taken from it, and principal directions keep its signs.
DrawnPoints drawn_points(PointsOf of, const DrawnPoints& before = {});

struct TrailSample {
    std::int64_t step = 0;
    std::vector<Matrix> at;  // by layer
};
struct LanePoints {
    DrawnPoints now;
    std::deque<TrailSample> trail;  // ascending; the last is what is drawn now
    plots::Later<DrawnPoints> later;
};

// Smallest and largest coordinates; empty where nothing was added.
struct PointBox {
    Eigen::Vector3d low = Eigen::Vector3d::Constant(INFINITY);
    Eigen::Vector3d high = Eigen::Vector3d::Constant(-INFINITY);

    bool empty() const { return !(low.x() <= high.x()); }
    void add(const Eigen::Vector3d& point);
    Eigen::Vector3d middle() const { return empty() ? Eigen::Vector3d::Zero() : mean(); }
    Eigen::Vector3d extent() const {
        return empty() ? Eigen::Vector3d(Eigen::Vector3d::Zero()) : Eigen::Vector3d(high - low);
    }

  private:
    Eigen::Vector3d mean() const { return 0.5 * (low + high); }
};
// Out to round numbers, so that it does not breathe.
PointBox rounded(const PointBox& box);
double rounded_up(double length);  // above 0; by a tenth at most

struct RepresentationsView {
    std::shared_ptr<const Problem> problem;
    std::shared_ptr<const ShownPoints> shown;
    std::map<int, LanePoints> lanes;
    bool held = false;
    std::int64_t held_step = 0;
    std::map<int, std::shared_ptr<const std::vector<PointFrame>>> held_frames;
    bool both_spans = false;  // likeness now and over steps have room beside one another
    int page = 0;             // the first layer that is shown where not all have room
};

// Sees the snapshot, and brings the points of all lanes up to what is to be drawn.
void follow_points(PanelContext& context);

}  // namespace muonscope::gui
