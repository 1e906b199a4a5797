#include "app/gui/panels/maps_bodies.h"

#include <algorithm>
#include <cmath>

#include "app/gui/plots/source.h"
#include "core/experiment/product_gradient.h"
#include "core/experiment/projection.h"

namespace muonscope::gui {
namespace {

Matrix matrix_of(const Problem& problem, const std::vector<Matrix>& weights, int source) {
    if (source == 0) return problem.model->response(weights);
    return weights[static_cast<std::size_t>(source - 1)];
}

// Columns of a basis, of rank at most three a whole one.
Matrix columns_of(const Matrix& basis, const std::array<int, 3>& which) {
    if (basis.rows() <= 3)
        return basis.cols() == basis.rows() ? basis
                                            : Matrix(Matrix::Identity(basis.rows(), basis.rows()));
    const bool all =
        std::all_of(which.begin(), which.end(), [&](int k) { return k >= 0 && k < basis.cols(); });
    if (!all) return basis.leftCols(std::min<Eigen::Index>(3, basis.cols()));
    Matrix columns(basis.rows(), 3);
    for (std::size_t k = 0; k < 3; ++k)
        columns.col(static_cast<Eigen::Index>(k)) = basis.col(which[k]);
    return columns;
}

// What descended in a source's newest step and what was added to it; empty: not known, not moved.
struct Moved {
    Matrix gradient, update;
};

Moved of_layer(const MapsOf& of, int layer) {
    const auto at = static_cast<std::size_t>(layer - 1);
    const auto here = [at](const std::vector<Matrix>& all) {
        return at < all.size() ? all[at] : Matrix();
    };
    return {here(of.move->gradients), here(of.move->updates)};
}

// The layers' steps together move the product by more than their sum.
Moved of_product(const MapsOf& of) {
    std::vector<Matrix> before = *of.weights;
    bool moved = false;
    for (std::size_t l = 0; l < before.size() && l < of.move->updates.size(); ++l)
        if (of.move->updates[l].size() > 0) {
            before[l] -= of.move->updates[l];
            moved = true;
        }
    if (!moved) return {};
    const Matrix was = of.problem->model->response(before);
    return {product_gradient(*of.problem, was), of.problem->model->response(*of.weights) - was};
}

void add_moves(const MapsOf& of, int source, const Matrix& frame, std::vector<MapBody>& to) {
    const Moved moved = source == 0 ? of_product(of) : of_layer(of, source);
    MapBody descent, step;
    descent.source = step.source = source;
    descent.body = Body::descent;
    step.body = Body::step;
    for (MapBody* body : {&descent, &step}) {
        body->rows = source == 0 ? of.problem->target.rows()
                                 : (*of.weights)[static_cast<std::size_t>(source - 1)].rows();
        body->columns = source == 0 ? of.problem->target.cols()
                                    : (*of.weights)[static_cast<std::size_t>(source - 1)].cols();
        body->frame = frame;
    }
    const bool stepped = moved.update.size() > 0;
    if (!stepped) descent.missing = step.missing = "did not move";
    if (moved.gradient.size() > 0) {
        const ThinSvd svd = thin_svd(-moved.gradient);
        descent.image = sphere_image(svd, frame, of.which);
        if (stepped) step.image = image_along(svd, moved.update, frame, of.which);
    } else if (stepped) {
        descent.missing = source == 0 ? "none with tanh" : "no longer kept";
        step.image = sphere_image(thin_svd(moved.update), frame, of.which);
    }
    to.push_back(std::move(descent));
    to.push_back(std::move(step));
}

}  // namespace

const char* body_name(Body body) {
    switch (body) {
        case Body::descent:
            return "−G";
        case Body::step:
            return "step";
        default:
            return "weights";
    }
}

bool of_outputs(const Problem& problem, int source) {
    return source == 0 ||
           (problem.target.size() > 0 && source == static_cast<int>(problem.start.size()));
}

Matrix frame_of(const Problem& problem, int source, const std::array<int, 3>& which) {
    if (of_outputs(problem, source)) return columns_of(problem.target_svd.u, which);
    return columns_of(thin_svd(problem.start[static_cast<std::size_t>(source - 1)]).u, which);
}

Eigen::Vector3d target_lengths(const Problem& problem, int source,
                               const std::array<int, 3>& which) {
    Eigen::Vector3d lengths = Eigen::Vector3d::Zero();
    for (std::size_t k = 0; k < 3; ++k)
        if (const double level = plots::target_level(problem, source, which[k]);
            std::isfinite(level))
            lengths(static_cast<Eigen::Index>(k)) = level;
    return lengths;
}

std::vector<MapBody> bodies_of(const MapsOf& of, const Frames& frames) {
    std::vector<MapBody> bodies;
    if (!of.problem || !of.weights || !fits(*of.problem, *of.weights)) return bodies;
    for (const int source : of.sources) {
        const auto known = frames.find(source);
        const Matrix frame =
            known != frames.end() ? known->second : frame_of(*of.problem, source, of.which);
        if (of.move) {
            add_moves(of, source, frame, bodies);
            continue;
        }
        const Matrix matrix = matrix_of(*of.problem, *of.weights, source);
        MapBody body;
        body.source = source;
        body.rows = matrix.rows();
        body.columns = matrix.cols();
        body.image = sphere_image(thin_svd(matrix), frame, of.which);
        body.frame = frame;
        bodies.push_back(std::move(body));
    }
    for (MapBody& body : bodies) {
        body.state = of.state;
        if (body.missing.empty() && !body.image.lengths.allFinite()) body.missing = "not finite";
    }
    return bodies;
}

double work_of(const MapsOf& of, const Frames& frames) {
    // A decomposition with both sides takes some two hundred of the cube, bookkeeping included.
    double work = 0;
    for (const int source : of.sources) {
        const MatrixInfo& matrix =
            of.problem->model->matrices()[static_cast<std::size_t>(std::max(source, 1) - 1)];
        const auto across = static_cast<double>(std::max(matrix.rows, matrix.cols));
        const bool of_start = !of_outputs(*of.problem, source) && !frames.contains(source);
        work += (of_start ? 400 : 200) * across * across * across;
    }
    return work;
}

void follow_maps(PanelContext& context, std::map<int, LaneBodies>& lanes,
                 const std::vector<int>& sources, const std::array<int, 3>& which, bool moves) {
    const Snapshot& snapshot = *context.snapshot;
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l) {
        LaneBodies& kept = lanes[static_cast<int>(l)];
        const DrawnLane lane = drawn_lane(context, l);
        kept.later.look(context, kept.bodies);
        MapsOf wanted{snapshot.problem, lane.name, lane.weights, moves ? lane.move : nullptr,
                      sources,          which};
        const bool there = wanted.weights != nullptr && (!moves || wanted.move != nullptr);
        // Of another problem or other numbers nothing may stand, not even until the new ones come.
        if (kept.of.problem != wanted.problem || kept.of.sources != sources ||
            kept.of.which != which || (kept.of.move != nullptr) != moves ||
            (moves && (lane.lost || (lane.past && !there)))) {
            kept.bodies.clear();
            kept.of = {};
        }
        if (!there || kept.of == wanted || kept.later.busy()) continue;
        Frames frames;
        if (kept.of.problem == wanted.problem && kept.of.which == which)
            for (const MapBody& body : kept.bodies) frames[body.source] = body.frame;
        kept.of = wanted;
        kept.later.begin(
            context, work_of(wanted, frames),
            [wanted, frames] { return bodies_of(wanted, frames); }, kept.bodies);
    }
    for (auto& [l, kept] : lanes)
        for (MapBody& body : kept.bodies) body.lane = l;
}

}  // namespace muonscope::gui
