// Values by a map of colours over a range; what is no number has a colour of its own.

uniform sampler2D values;  // red: the value, green: whether there is one
uniform sampler2D colours;  // a row, from the range's lower end to its upper
uniform vec2 range;
uniform vec4 none;

in vec2 share;

layout(location = 0) out vec4 pixel;

void main() {
    ivec2 size = textureSize(values, 0);
    ivec2 entry = clamp(ivec2(share * vec2(size)), ivec2(0), size - 1);
    vec2 value = texelFetch(values, entry, 0).rg;
    int last = textureSize(colours, 0).x - 1;
    float at = clamp((value.r - range.x) / (range.y - range.x), 0.0, 1.0) * float(last);
    int lower = min(int(at), max(last - 1, 0));
    vec4 colour = mix(texelFetch(colours, ivec2(lower, 0), 0),
                      texelFetch(colours, ivec2(min(lower + 1, last), 0), 0), at - float(lower));
    pixel = value.g > 0.5 ? colour : none;
}
