// A rectangle around each ellipsoid's outline; what is in it is worked out pixel by pixel.

uniform mat3 turn;    // world to eye: right, up, towards the viewer
uniform vec3 middle;  // of the picture, in the world
uniform vec3 scale;   // eye to clip
uniform vec2 size;    // of the picture, pixels

layout(location = 0) in vec2 corner;  // -1 or 1
layout(location = 1) in vec3 first;
layout(location = 2) in vec3 second;
layout(location = 3) in vec3 third;  // semi-axes
layout(location = 4) in vec3 centre;
layout(location = 5) in vec4 colour;

out vec2 place;          // from the centre, eye units
flat out mat3 to_sphere;  // eye, from the centre, to the unit sphere
flat out float depth;    // of the centre, clip units
flat out vec4 shade;

void main() {
    mat3 axes = turn * mat3(first, second, third);
    vec3 eye = turn * (centre - middle);
    // A row's length is how far the body reaches along it; a pixel more for the smooth edge.
    vec2 reach = vec2(length(vec3(axes[0].x, axes[1].x, axes[2].x)),
                      length(vec3(axes[0].y, axes[1].y, axes[2].y)));
    place = corner * (reach + 3.0 / (size * scale.xy));
    gl_Position = vec4((eye.xy + place) * scale.xy, eye.z * scale.z, 1.0);
    to_sphere = inverse(axes);
    depth = eye.z * scale.z;
    shade = colour;
}
