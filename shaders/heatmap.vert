// A rectangle in space with a matrix on it.

uniform mat3 turn;    // world to eye
uniform vec3 middle;  // of the picture, in the world
uniform vec3 scale;   // eye to clip
uniform vec3 corner;  // of the first entry
uniform vec3 right;   // along a row, to its end
uniform vec3 down;    // along a column, to its end

layout(location = 0) in vec2 part;  // 0 to 1 along a row and a column

out vec2 share;

void main() {
    vec3 world = corner + part.x * right + part.y * down;
    gl_Position = vec4(turn * (world - middle) * scale, 1.0);
    share = part;
}
