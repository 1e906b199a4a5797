#pragma once

#include <cstdint>
#include <vector>

namespace muonscope {

struct Mesh {
    std::vector<float> corners;  // x, y, z each
    std::vector<std::uint16_t> triangles;
};

// The unit sphere by circles of latitude and longitude, both poles on the z axis. An outline of
// radius r misses the true one by r (1 - cos(pi/around)) at most: a fifth of a pixel at r = 100 and
// 48 around.
Mesh sphere_mesh(int around, int from_pole_to_pole);

}  // namespace muonscope
