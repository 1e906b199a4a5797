// Shapes of about one area, by how far a place is from their edge; y points up.

in vec4 shade;
in vec4 edge;
in vec2 place;
flat in vec3 form;

layout(location = 0) out vec4 pixel;

float bars(vec2 p, float radius) {
    vec2 q = abs(p);
    float thick = 0.34 * radius;
    return min(max(q.x - 1.12 * radius, q.y - thick), max(q.y - 1.12 * radius, q.x - thick));
}

float triangle(vec2 p, float radius) {
    return max(abs(p.x) * 0.866 + p.y * 0.5 - 0.62 * radius, -p.y - 0.62 * radius);
}

float outside(vec2 p, float radius, int shape) {
    if (shape == 1) return max(abs(p.x), abs(p.y)) - 0.88 * radius;           // square
    if (shape == 2) return (abs(p.x) + abs(p.y) - 1.25 * radius) * 0.7071;    // diamond
    if (shape == 3) return triangle(p + vec2(0.0, 0.12 * radius), radius);    // up
    if (shape == 4) return triangle(vec2(p.x, 0.12 * radius - p.y), radius);  // down
    if (shape == 5) return bars(p, radius);                                   // plus
    if (shape == 6) return bars(vec2(p.x + p.y, p.x - p.y) * 0.7071, radius);  // cross
    float away = length(p);
    if (shape == 7) return abs(away - 0.8 * radius) - 0.25 * radius;  // ring
    return away - radius;                                             // disc
}

void main() {
    float away = outside(place, form.x, int(form.y + 0.5));
    float inside = clamp(0.5 - away, 0.0, 1.0);
    float whole = clamp(0.5 - away + form.z, 0.0, 1.0);
    float rim = edge.a * (whole - inside);
    float alpha = shade.a * inside + rim;
    if (alpha <= 0.0) discard;
    pixel = vec4((shade.rgb * shade.a * inside + edge.rgb * rim) / alpha, alpha);
}
