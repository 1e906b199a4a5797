#include "core/formats/drawing.h"

#include <fmt/format.h>

#include "core/formats/png_bytes.h"

namespace muonscope {
namespace {

// With what XML takes for its own escaped, and without the signs that it forbids.
std::string escaped_for_xml(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else
            out += static_cast<unsigned char>(c) < 32 ? ' ' : c;
    }
    return out;
}

std::string base64(std::string_view bytes) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const auto byte = [&](std::size_t i) {
            return at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U;
        };
        const unsigned three = byte(0) << 16 | byte(1) << 8 | byte(2);
        for (std::size_t i = 0; i < 4; ++i)
            out += at + i > bytes.size() ? '=' : digits[three >> (18 - 6 * i) & 63U];
    }
    return out;
}

std::string ink(const char* what, const Drawing::Ink& ink) {
    std::string text = fmt::format(" {}=\"#{:06x}\"", what, ink.colour);
    if (ink.opacity < 0.999) text += fmt::format(" {}-opacity=\"{:.3g}\"", what, ink.opacity);
    return text;
}

std::string pen_attributes(const Drawing::Pen& pen) {
    std::string text =
        ink("stroke", pen.ink) + fmt::format(" stroke-width=\"{:.3g}\"", pen.thickness);
    std::string dashes;
    for (const double length : pen.dashes)
        dashes += fmt::format("{}{:.3g}", dashes.empty() ? "" : " ", length);
    return dashes.empty() ? text : text + " stroke-dasharray=\"" + dashes + "\"";
}

std::string look(const std::optional<Drawing::Ink>& fill, const std::optional<Drawing::Pen>& pen) {
    return (fill ? ink("fill", *fill) : " fill=\"none\"") + (pen ? pen_attributes(*pen) : "");
}

// Writes each kind of shape.
class SvgWriter {
  public:
    void operator()(const Drawing::Line& line) {
        out += fmt::format("<line x1=\"{:.2f}\" y1=\"{:.2f}\" x2=\"{:.2f}\" y2=\"{:.2f}\"{}/>\n",
                           line.x0, line.y0, line.x1, line.y1, pen_attributes(line.pen));
    }
    void operator()(const Drawing::Path& path) {
        std::string way;
        for (const auto& part : path.parts) {
            std::string points;
            for (const Drawing::Point& point : part)
                points += path.closed ? fmt::format("{}{:.2f} {:.2f}", points.empty() ? "M" : "L",
                                                    point.x, point.y)
                                      : fmt::format("{}{:.2f},{:.2f}", points.empty() ? "" : " ",
                                                    point.x, point.y);
            if (path.closed)
                way += points + "Z";
            else
                out += fmt::format("<polyline points=\"{}\"{} stroke-linejoin=\"round\"/>\n",
                                   points, look(path.fill, path.pen));
        }
        if (!way.empty())
            out += fmt::format("<path d=\"{}\"{}/>\n", way, look(path.fill, path.pen));
    }
    void operator()(const Drawing::Disc& disc) {
        out += fmt::format("<circle cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"{:.2f}\"{}/>\n", disc.x, disc.y,
                           disc.radius, look(disc.fill, disc.pen));
    }
    void operator()(const Drawing::Rectangle& area) {
        out +=
            fmt::format("<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\"{}/>\n",
                        area.x, area.y, area.width, area.height, look(area.fill, area.pen));
    }
    void operator()(const Drawing::Words& words) {
        const char* anchor = words.anchor == Drawing::Anchor::left     ? "start"
                             : words.anchor == Drawing::Anchor::middle ? "middle"
                                                                       : "end";
        out += fmt::format(
            "<text x=\"{:.2f}\" y=\"{:.2f}\" font-size=\"{:.2f}\" text-anchor=\"{}\" "
            "fill=\"#{:06x}\"{}>{}</text>\n",
            words.x, words.y, words.size, anchor, words.colour,
            words.bold ? " font-weight=\"bold\"" : "", escaped_for_xml(words.text));
    }
    void operator()(const Drawing::Picture& picture) {
        out += fmt::format(
            "<image x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" "
            "preserveAspectRatio=\"none\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
            "xlink:href=\"data:image/png;base64,{}\"/>\n",
            picture.x, picture.y, picture.width, picture.height,
            base64(png_bytes(picture.columns, picture.rows, picture.rgb)));
    }
    void operator()(const Drawing::Group& group) {
        std::string clip;
        if (group.box) {
            const Drawing::Box& box = *group.box;
            out += fmt::format(
                "<clipPath id=\"box{0}\"><rect x=\"{1:.2f}\" y=\"{2:.2f}\" width=\"{3:.2f}\" "
                "height=\"{4:.2f}\"/></clipPath>\n",
                boxes_, box.x, box.y, box.width, box.height);
            clip = fmt::format(" clip-path=\"url(#box{})\"", boxes_++);
        }
        out += "<g" + clip + ">";
        if (!group.name.empty()) out += "<title>" + escaped_for_xml(group.name) + "</title>";
        out += "\n";
    }
    void operator()(const Drawing::End&) { out += "</g>\n"; }

    std::string out;

  private:
    int boxes_ = 0;
};

}  // namespace

std::string svg_of(const Drawing& drawing, std::string_view family) {
    SvgWriter writer;
    writer.out = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.2f}pt\" height=\"{1:.2f}pt\" "
        "viewBox=\"0 0 {0:.2f} {1:.2f}\" font-family=\"{2}\">\n{3}"
        "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
        drawing.width, drawing.height, family,
        drawing.title.empty() ? "" : "<title>" + escaped_for_xml(drawing.title) + "</title>\n");
    for (const Drawing::Shape& shape : drawing.shapes) std::visit(writer, shape);
    return writer.out + "</svg>\n";
}

}  // namespace muonscope
