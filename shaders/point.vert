// A square for each point, as large on the screen wherever it lies.

uniform mat3 turn;    // world to eye
uniform vec3 middle;  // of the picture, in the world
uniform vec3 scale;   // eye to clip
uniform vec2 size;    // of the picture, pixels
uniform float lift;   // towards the viewer, clip units
uniform bool hidden;  // draws what lies behind a surface

layout(location = 0) in vec2 corner;  // -1 or 1
layout(location = 1) in vec3 at;
layout(location = 2) in vec4 colour;
layout(location = 3) in vec4 rim;
layout(location = 4) in vec4 style;  // radius in pixels, shape, share when hidden, rim in pixels

out vec4 shade;
out vec4 edge;
out vec2 place;      // from the middle, pixels
flat out vec3 form;  // radius, shape, rim

void main() {
    vec3 clipped = turn * (at - middle) * scale;
    float reach = 1.3 * style.x + style.w + 1.0;
    place = corner * reach;
    gl_Position = vec4(clipped.xy + 2.0 * place / size, clipped.z + lift, 1.0);
    float share = hidden ? style.z : 1.0;
    shade = vec4(colour.rgb, colour.a * share);
    edge = vec4(rim.rgb, rim.a * share);
    form = vec3(style.x, style.y, style.w);
}
