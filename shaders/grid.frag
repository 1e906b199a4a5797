uniform vec4 colour;
uniform float width;  // of a line, pixels

in vec2 cell;

layout(location = 0) out vec4 pixel;

void main() {
    vec2 each = max(fwidth(cell), vec2(1e-6));       // cells a pixel
    vec2 away = abs(fract(cell + 0.5) - 0.5) / each;  // pixels from the nearest line
    vec2 line = clamp(0.5 * width + 0.5 - away, 0.0, 1.0);
    // Lines closer than pixels fade into their mean.
    line = mix(line, vec2(width) * each, smoothstep(0.3, 0.6, each));
    float cover = max(line.x, line.y);
    if (cover <= 0.0) discard;
    pixel = vec4(colour.rgb, colour.a * cover);
}
