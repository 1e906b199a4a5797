// A rectangle in space with lines on it.

uniform mat3 turn;    // world to eye
uniform vec3 middle;  // of the picture, in the world
uniform vec3 scale;   // eye to clip
uniform vec3 corner;
uniform vec3 right;  // to its end
uniform vec3 up;     // to its end
uniform vec2 cells;  // along each

layout(location = 0) in vec2 part;

out vec2 cell;

void main() {
    vec3 world = corner + part.x * right + part.y * up;
    gl_Position = vec4(turn * (world - middle) * scale, 1.0);
    cell = part * cells;
}
