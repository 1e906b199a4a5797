// The mesh of a unit sphere, once for each ellipsoid.

uniform mat3 turn;     // world to eye: right, up, towards the viewer
uniform vec3 middle;   // of the picture, in the world
uniform vec3 scale;    // eye to clip

layout(location = 0) in vec3 at;  // on the unit sphere
layout(location = 1) in vec3 first;
layout(location = 2) in vec3 second;
layout(location = 3) in vec3 third;  // semi-axes
layout(location = 4) in vec3 centre;
layout(location = 5) in vec4 colour;

out vec3 normal;
out vec3 place;
out vec4 shade;

void main() {
    vec3 world = mat3(first, second, third) * at + centre;
    gl_Position = vec4(turn * (world - middle) * scale, 1.0);
    // By the matrix of cofactors: a flat ellipsoid has normals too.
    normal = turn * (mat3(cross(second, third), cross(third, first), cross(first, second)) * at);
    place = at;
    shade = colour;
}
