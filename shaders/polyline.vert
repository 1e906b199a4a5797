// One stretch of a line, as wide on the screen wherever it lies. Neighbours meet in a mitre.

uniform mat3 turn;    // world to eye
uniform vec3 middle;  // of the picture, in the world
uniform vec3 scale;   // eye to clip
uniform vec2 size;    // of the picture, pixels
uniform float lift;   // towards the viewer, clip units: lines on a surface are seen
uniform bool hidden;  // draws what lies behind a surface

layout(location = 0) in vec2 corner;  // 0 or 1 along, -1 or 1 aside
layout(location = 1) in vec4 before;  // places, and pixels along the line
layout(location = 2) in vec4 from;
layout(location = 3) in vec4 to;
layout(location = 4) in vec4 after;
layout(location = 5) in vec4 colour;
layout(location = 6) in vec4 style;  // width, dash, gap: pixels; share that shows when hidden

out vec4 shade;
out vec2 at;          // along and aside, pixels
flat out vec3 stroke;  // half its width, dash, dash and gap

vec3 clip(vec3 world) { return turn * (world - middle) * scale; }
vec2 pixels(vec3 clipped) { return 0.5 * clipped.xy * size; }

vec2 direction(vec2 between, vec2 otherwise) {
    float far = length(between);
    return far > 1e-4 ? between / far : otherwise;
}

void main() {
    vec3 clip_from = clip(from.xyz), clip_to = clip(to.xyz);
    vec2 start = pixels(clip_from), end = pixels(clip_to);
    vec2 along = direction(end - start, vec2(1.0, 0.0));
    bool first = corner.x < 0.5;
    vec2 neighbour = first ? direction(start - pixels(clip(before.xyz)), along)
                           : direction(pixels(clip(after.xyz)) - end, along);
    vec2 tangent = direction(along + neighbour, along);
    vec2 aside = vec2(-tangent.y, tangent.x);
    float mitre = 1.0 / max(dot(aside, vec2(-along.y, along.x)), 0.5);
    float half_width = 0.5 * style.x + 1.0;  // and the edge that fades
    vec2 place = (first ? start : end) + aside * (corner.y * half_width * mitre);
    float depth = first ? clip_from.z : clip_to.z;
    gl_Position = vec4(2.0 * place / size, depth + lift, 1.0);
    at = vec2(mix(from.w, to.w, corner.x), corner.y * half_width);
    stroke = vec3(0.5 * style.x, style.y, style.y + style.z);
    shade = vec4(colour.rgb, colour.a * (hidden ? style.w : 1.0));
}
