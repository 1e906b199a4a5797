// Lit from the upper left, with the three circles through its axes' ends: so that a ball, too, is
// seen to turn.

uniform float line;  // width of the circles, pixels

in vec3 normal;
in vec3 place;
in vec4 shade;

layout(location = 0) out vec4 pixel;

const vec3 key = vec3(-0.45, 0.62, 0.64);

void main() {
    vec3 n = normalize(normal);
    if (n.z < 0.0) n = -n;
    float lit = max(dot(n, key), 0.0);
    float gloss = pow(max(dot(reflect(-key, n), vec3(0.0, 0.0, 1.0)), 0.0), 28.0);
    vec3 colour = shade.rgb * (0.42 + 0.62 * lit) + 0.16 * gloss;
    vec3 away = abs(place) / max(fwidth(place), vec3(1e-6));
    float circle = 1.0 - smoothstep(0.5 * line, 0.5 * line + 1.0, min(away.x, min(away.y, away.z)));
    pixel = vec4(mix(colour, 0.5 * colour, 0.55 * circle), shade.a);
}
