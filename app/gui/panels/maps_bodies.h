#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/gui/drawn_step.h"
#include "app/gui/panel.h"
#include "app/gui/plots/later.h"
#include "core/measure/sphere_image.h"

// What the layers of each lane, and their product, make of the unit sphere: worked out from the
// weights that are drawn, beside the frames where that takes long.
namespace muonscope::gui {

// Which numbers a picture stands for. A source is as everywhere: 0 the product, l layer l.
enum class Body { weights, descent, step };  // W or P, −G, and what was added to W
const char* body_name(Body body);            // "weights", "−G", "step"

struct MapBody {
    int lane = 0, source = 0;
    Body body = Body::weights;
    StateName state;
    SphereImage image;
    Matrix frame;                        // that it stands in, see frame_of()
    std::string missing;                 // why there is nothing to draw
    Eigen::Index rows = 0, columns = 0;  // of the matrix

    // Nothing of it is left out, and it stands as it does in its space.
    bool exact() const { return rows <= 3 && columns <= 3; }
};

// What one lane's bodies were made of.
struct MapsOf {
    std::shared_ptr<const Problem> problem;
    StateName state;
    std::shared_ptr<const std::vector<Matrix>> weights;
    std::shared_ptr<const SeenMove> move;  // null: of weights
    std::vector<int> sources;
    std::array<int, 3> which{};

    bool operator==(const MapsOf&) const = default;
};
// Each source in turn: its weights, or what descended and what the step was. frames: those that are
// known already, by source.
using Frames = std::map<int, Matrix>;
std::vector<MapBody> bodies_of(const MapsOf& of, const Frames& frames = {});

// The frame that a source's picture is drawn in, rows x up to 3: the target's left singular
// directions where the space is that of outputs, those of the layer's own start elsewhere.
Matrix frame_of(const Problem& problem, int source, const std::array<int, 3>& which);
// The lengths of the target's ellipsoid there: s_k, and of a balanced layer its share s_k^(1/L).
// Only those of outputs have directions too. All 0: none.
Eigen::Vector3d target_lengths(const Problem& problem, int source, const std::array<int, 3>& which);
bool of_outputs(const Problem& problem, int source);

// Multiply-adds of the decompositions, about.
double work_of(const MapsOf& of, const Frames& frames = {});

struct LaneBodies {
    MapsOf of;
    std::vector<MapBody> bodies;
    plots::Later<std::vector<MapBody>> later;
};

// Brings the bodies of all lanes up to the state that is drawn.
void follow_maps(PanelContext& context, std::map<int, LaneBodies>& lanes,
                 const std::vector<int>& sources, const std::array<int, 3>& which, bool moves);

}  // namespace muonscope::gui
