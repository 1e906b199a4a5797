in vec4 shade;
in vec2 at;
flat in vec3 stroke;

layout(location = 0) out vec4 pixel;

void main() {
    float cover = clamp(stroke.x + 0.5 - abs(at.y), 0.0, 1.0);
    if (stroke.y > 0.0) {
        float on = mod(at.x, stroke.z);
        cover *= clamp(min(on, stroke.y - on) + 0.5, 0.0, 1.0);
    }
    pixel = vec4(shade.rgb, shade.a * cover);
}
