#include "app/render/sphere_mesh.h"

#include <cmath>
#include <numbers>

namespace muonscope {

Mesh sphere_mesh(int around, int from_pole_to_pole) {
    Mesh mesh;
    constexpr double pi = std::numbers::pi;
    for (int i = 0; i <= from_pole_to_pole; ++i)
        for (int j = 0; j <= around; ++j) {
            const double down = pi * i / from_pole_to_pole, turn = 2 * pi * j / around;
            for (const double part :
                 {std::sin(down) * std::cos(turn), std::sin(down) * std::sin(turn), std::cos(down)})
                mesh.corners.push_back(static_cast<float>(part));
        }
    const auto corner = [&](int i, int j) {
        return static_cast<std::uint16_t>(i * (around + 1) + j);
    };
    for (int i = 0; i < from_pole_to_pole; ++i)
        for (int j = 0; j < around; ++j) {
            if (i > 0)
                for (const std::uint16_t at : {corner(i, j), corner(i + 1, j), corner(i, j + 1)})
                    mesh.triangles.push_back(at);
            if (i + 1 < from_pole_to_pole)
                for (const std::uint16_t at :
                     {corner(i, j + 1), corner(i + 1, j), corner(i + 1, j + 1)})
                    mesh.triangles.push_back(at);
        }
    return mesh;
}

}  // namespace muonscope
