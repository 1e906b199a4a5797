// Where the line of sight meets the ellipsoid: exact at any size, with a smooth edge. Lit from the
// upper left, with the three circles through its axes' ends, so that a ball, too, is seen to turn.

uniform vec3 scale;  // eye to clip
uniform float line;  // width of the circles, pixels

in vec2 place;
flat in mat3 to_sphere;
flat in float depth;
flat in vec4 shade;

layout(location = 0) out vec4 pixel;

const vec3 key = vec3(-0.45, 0.62, 0.64);

void main() {
    // |across + t sight| = 1 on the unit sphere, t towards the viewer.
    vec3 across = to_sphere[0] * place.x + to_sphere[1] * place.y, sight = to_sphere[2];
    float a = dot(sight, sight), b = dot(across, sight) / a;
    vec3 nearest = across - b * sight;  // of the line to the sphere's centre; its length is 1 on
    float away = length(nearest);       // the outline
    float cover = clamp(0.5 + (1.0 - away) / max(fwidth(away), 1e-6), 0.0, 1.0);
    float t = sqrt(max(1.0 - away * away, 0.0) / a);
    vec3 on = nearest + t * sight;
    vec3 n = normalize(on * to_sphere);  // times the transpose
    float lit = max(dot(n, key), 0.0);
    float gloss = pow(max(dot(reflect(-key, n), vec3(0.0, 0.0, 1.0)), 0.0), 28.0);
    vec3 colour = shade.rgb * (0.42 + 0.62 * lit) + 0.16 * gloss;
    vec3 each = max(fwidth(on), vec3(1e-6));  // of the sphere a pixel
    vec3 off = abs(on) / each;
    float circle = 1.0 - smoothstep(0.5 * line, 0.5 * line + 1.0, min(off.x, min(off.y, off.z)));
    // Where the surface turns away from the eye all of it would be near a circle.
    circle *= 1.0 - smoothstep(0.1, 0.3, max(each.x, max(each.y, each.z)));
    if (cover <= 0.0) discard;
    pixel = vec4(mix(colour, 0.5 * colour, 0.55 * circle), shade.a * cover);
    gl_FragDepth = 0.5 + 0.5 * (depth + (t - b) * scale.z);
}
