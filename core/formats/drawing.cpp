#include "core/formats/drawing.h"

#include <fmt/format.h>

#include <array>

namespace muonscope {
namespace {

// Thousandths of the size, of the signs 32 to 126 (Adobe's Helvetica.afm).
constexpr std::array<int, 95> widths{
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333,  278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667,  611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278,  556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500,  500, 334, 260, 334, 584};

// A sign beyond ASCII: where code page 1252 has it, and how wide it is.
struct Sign {
    char32_t sign;
    unsigned char code;
    int width;
};
constexpr std::array<Sign, 10> signs{{{U'−', 0x96, 556},
                                      {U'–', 0x96, 556},
                                      {U'—', 0x97, 1000},
                                      {U'±', 0xB1, 584},
                                      {U'×', 0xD7, 584},
                                      {U'·', 0xB7, 278},
                                      {U'’', 0x92, 222},
                                      {U'…', 0x85, 1000},
                                      {U'‰', 0x89, 1000},
                                      {U'µ', 0xB5, 556}}};
constexpr Sign unknown{U'?', '?', 556};

// The signs of a text in UTF-8, which is taken to be sound.
std::u32string signs_of(std::string_view text) {
    std::u32string all;
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i]);
        const int more = first < 0x80 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
        char32_t sign = more == 0 ? first : first & (0x3FU >> more);
        for (++i; i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80; ++i)
            sign = sign << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
        all += sign;
    }
    return all;
}

Sign sign_for(char32_t sign) {
    if (sign >= 32 && sign < 127)
        return {sign, static_cast<unsigned char>(sign), widths[sign - 32]};
    for (const Sign& known : signs)
        if (known.sign == sign) return known;
    return unknown;
}

std::string escaped_for_xml(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else
            out += c;
    }
    return out;
}

std::string escaped_for_pdf(std::string_view text) {
    std::string out;
    for (const char32_t sign : signs_of(text)) {
        const unsigned char code = sign_for(sign).code;
        if (code == '(' || code == ')' || code == '\\')
            out += fmt::format("\\{}", static_cast<char>(code));
        else if (code < 127)
            out += static_cast<char>(code);
        else
            out += fmt::format("\\{:03o}", code);
    }
    return out;
}

std::string colour_of_pdf(std::uint32_t colour, const char* what) {
    return fmt::format("{:.3g} {:.3g} {:.3g} {}\n", (colour >> 16 & 0xFFU) / 255.0,
                       (colour >> 8 & 0xFFU) / 255.0, (colour & 0xFFU) / 255.0, what);
}

// Of four curves; the usual approximation by cubic Béziers.
std::string circle_of_pdf(double x, double y, double r) {
    const double k = 0.5522847498 * r;
    return fmt::format(
        "{0:.2f} {1:.2f} m {0:.2f} {2:.2f} {3:.2f} {4:.2f} {5:.2f} {4:.2f} c "
        "{6:.2f} {4:.2f} {7:.2f} {2:.2f} {7:.2f} {1:.2f} c "
        "{7:.2f} {8:.2f} {6:.2f} {9:.2f} {5:.2f} {9:.2f} c "
        "{3:.2f} {9:.2f} {0:.2f} {8:.2f} {0:.2f} {1:.2f} c ",
        x + r, y, y + k, x + k, y + r, x, x - k, x - r, y - k, y - r);
}

// What is painted, y upwards as PDF has it.
std::string content_of(const Drawing& drawing) {
    std::string out;
    const auto up = [&](double y) { return drawing.height - y; };
    for (const Drawing::Line& line : drawing.lines)
        out += colour_of_pdf(line.colour, "RG") +
               fmt::format("{:.2f} w {:.2f} {:.2f} m {:.2f} {:.2f} l S\n", line.thickness, line.x0,
                           up(line.y0), line.x1, up(line.y1));
    for (const Drawing::Disc& disc : drawing.discs)
        out += colour_of_pdf(disc.colour, "RG") +
               colour_of_pdf(disc.filled ? disc.colour : 0xFFFFFF, "rg") + "0.8 w " +
               circle_of_pdf(disc.x, up(disc.y), disc.radius) + "B\n";
    for (const Drawing::Words& words : drawing.words) {
        const double wide = helvetica_width(words.text, words.size);
        const double back = words.anchor == Drawing::Anchor::left     ? 0
                            : words.anchor == Drawing::Anchor::middle ? wide / 2
                                                                      : wide;
        out +=
            colour_of_pdf(words.colour, "rg") +
            fmt::format("BT /{} {:.2f} Tf {:.2f} {:.2f} Td ({}) Tj ET\n", words.bold ? "F2" : "F1",
                        words.size, words.x - back, up(words.y), escaped_for_pdf(words.text));
    }
    return out;
}

}  // namespace

double helvetica_width(std::string_view text, double size) {
    double wide = 0;
    for (const char32_t sign : signs_of(text)) wide += sign_for(sign).width;
    return wide * size / 1000;
}

std::string svg_of(const Drawing& drawing) {
    std::string out = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.2f}pt\" height=\"{1:.2f}pt\" "
        "viewBox=\"0 0 {0:.2f} {1:.2f}\" font-family=\"Helvetica, Arial, sans-serif\">\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
        drawing.width, drawing.height);
    for (const Drawing::Line& line : drawing.lines)
        out += fmt::format(
            "<line x1=\"{:.2f}\" y1=\"{:.2f}\" x2=\"{:.2f}\" y2=\"{:.2f}\" stroke=\"#{:06x}\" "
            "stroke-width=\"{:.2f}\"/>\n",
            line.x0, line.y0, line.x1, line.y1, line.colour, line.thickness);
    for (const Drawing::Disc& disc : drawing.discs)
        out += fmt::format(
            "<circle cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"{:.2f}\" fill=\"#{:06x}\" "
            "stroke=\"#{:06x}\" stroke-width=\"0.8\"/>\n",
            disc.x, disc.y, disc.radius, disc.filled ? disc.colour : 0xFFFFFF, disc.colour);
    for (const Drawing::Words& words : drawing.words) {
        const char* anchor = words.anchor == Drawing::Anchor::left     ? "start"
                             : words.anchor == Drawing::Anchor::middle ? "middle"
                                                                       : "end";
        out += fmt::format(
            "<text x=\"{:.2f}\" y=\"{:.2f}\" font-size=\"{:.2f}\" text-anchor=\"{}\" "
            "fill=\"#{:06x}\"{}>{}</text>\n",
            words.x, words.y, words.size, anchor, words.colour,
            words.bold ? " font-weight=\"bold\"" : "", escaped_for_xml(words.text));
    }
    return out + "</svg>\n";
}

std::string pdf_of(const Drawing& drawing) {
    const std::string content = content_of(drawing);
    const std::array<std::string, 6> objects{
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        fmt::format("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {:.2f} {:.2f}] /Contents 6 0 R "
                    "/Resources << /Font << /F1 4 0 R /F2 5 0 R >> >> >>",
                    drawing.width, drawing.height),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        fmt::format("<< /Length {} >>\nstream\n{}endstream", content.size(), content)};
    std::string out = "%PDF-1.4\n";
    std::string table = fmt::format("xref\n0 {}\n0000000000 65535 f \n", objects.size() + 1);
    for (std::size_t i = 0; i < objects.size(); ++i) {
        table += fmt::format("{:010} 00000 n \n", out.size());
        out += fmt::format("{} 0 obj\n{}\nendobj\n", i + 1, objects[i]);
    }
    return fmt::format("{}{}trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{}\n%%EOF\n", out,
                       table, objects.size() + 1, out.size());
}

}  // namespace muonscope
