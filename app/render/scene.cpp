#include "app/render/scene.h"

#include <algorithm>
#include <cmath>

namespace muonscope {

Eigen::Matrix3f turned(float around, float above) {
    const float c = std::cos(around), s = std::sin(around);
    const float up = std::cos(above), over = std::sin(above);
    Eigen::Matrix3f turn;
    turn << c, 0, -s,              //
        -over * s, up, -over * c,  //
        up * s, over, up * c;
    return turn;
}

float pixels_per_unit(const Camera& camera, int width, int height) {
    return 0.5F * static_cast<float>(std::min(width, height)) / camera.reach;
}

Eigen::Vector2f seen_at(const Camera& camera, const Eigen::Vector3f& point, int width, int height) {
    const Eigen::Vector3f eye = camera.turn * (point - camera.middle);
    const float unit = pixels_per_unit(camera, width, height);
    return {0.5F * static_cast<float>(width) + unit * eye.x(),
            0.5F * static_cast<float>(height) - unit * eye.y()};
}

float extent_of(const Scene& scene) {
    float far = 0;
    const auto reach = [&](const Eigen::Vector3f& point, float around = 0) {
        far = std::max(far, (point - scene.camera.middle).norm() + around);
    };
    const auto rectangle = [&](const auto& at, const auto& right, const auto& down) {
        for (const Eigen::Vector3f& corner :
             {Eigen::Vector3f(at), Eigen::Vector3f(at + right), Eigen::Vector3f(at + down),
              Eigen::Vector3f(at + right + down)})
            reach(corner);
    };
    for (const Ellipsoid& each : scene.ellipsoids) reach(each.centre, each.axes.norm());
    for (const Polyline& each : scene.lines)
        for (const Eigen::Vector3f& point : each.points) reach(point);
    for (const Band& each : scene.bands) {
        for (const Eigen::Vector3f& point : each.one) reach(point);
        for (const Eigen::Vector3f& point : each.other) reach(point);
    }
    for (const PointCloud& each : scene.points)
        for (const Eigen::Vector3f& point : each.at) reach(point);
    for (const Heatmap& each : scene.heatmaps) rectangle(each.corner, each.right, each.down);
    for (const Grid& each : scene.grids) rectangle(each.corner, each.right, each.up);
    return far;
}

}  // namespace muonscope
