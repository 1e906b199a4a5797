// A pale area between two lines.

uniform mat3 turn;    // world to eye
uniform vec3 middle;  // of the picture, in the world
uniform vec3 scale;   // eye to clip

layout(location = 0) in vec3 at;
layout(location = 1) in vec4 colour;

out vec4 shade;

void main() {
    gl_Position = vec4(turn * (at - middle) * scale, 1.0);
    shade = colour;
}
