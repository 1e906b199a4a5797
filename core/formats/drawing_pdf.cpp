#include "core/formats/drawing.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "core/formats/png_bytes.h"

namespace muonscope {
namespace {

// Thousandths of the size, of the signs 32 to 126 (Adobe's Helvetica.afm).
constexpr std::array<int, 95> helvetica_widths{
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
constexpr std::array<Sign, 10> helvetica_signs{{{U'−', 0x96, 556},
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

Sign sign_for(char32_t sign) {
    if (sign >= 32 && sign < 127)
        return {sign, static_cast<unsigned char>(sign), helvetica_widths[sign - 32]};
    for (const Sign& known : helvetica_signs)
        if (known.sign == sign) return known;
    return unknown;
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

// In two bytes, or four beyond them, as hexadecimal digits.
std::string utf16(char32_t sign) {
    if (sign < 0x10000) return fmt::format("{:04X}", static_cast<unsigned>(sign));
    const auto beyond = static_cast<unsigned>(sign) - 0x10000U;
    return fmt::format("{:04X}{:04X}", 0xD800U + (beyond >> 10), 0xDC00U + (beyond & 0x3FFU));
}

// How words are shown in a font that every reader has.
class Helvetica {
  public:
    static double width(const Drawing::Words& words) {
        return helvetica_width(words.text, words.size);
    }
    static std::string shown(const Drawing::Words& words) {
        return fmt::format("/{} {:.2f} Tf ({}) Tj", words.bold ? "F2" : "F1", words.size,
                           escaped_for_pdf(words.text));
    }
};

// Fonts of one's own, of which the page holds what it uses.
class OwnFonts {
  public:
    explicit OwnFonts(const PrintFonts& fonts)
        : fonts_(fonts), faces_{&fonts.regular, &fonts.bold, &fonts.others} {}

    double width(const Drawing::Words& words) const {
        return width_of(words.text, words.size, fonts_, words.bold);
    }
    // Signs that follow one another in one font are shown together.
    std::string shown(const Drawing::Words& words) {
        std::string out, open;
        std::size_t last = faces_.size();
        const auto close = [&] {
            if (!open.empty()) out += "<" + open + "> Tj ";
            open.clear();
        };
        for (const char32_t sign : signs_of(words.text)) {
            const auto [face, glyph] = place(sign, words.bold);
            if (face != last) {
                close();
                out += fmt::format("/F{} {:.2f} Tf ", face + 1, words.size);
            }
            last = face;
            used_[face].emplace(glyph, sign);
            open += fmt::format("{:04X}", glyph);
        }
        close();
        return out;
    }
    const PrintFont& face(std::size_t i) const { return *faces_[i]; }
    const std::map<std::uint16_t, char32_t>& used(std::size_t i) const { return used_[i]; }

    // Where a sign is found; a question mark in the place of one that no font has.
    std::pair<std::size_t, std::uint16_t> place(char32_t sign, bool bold) const {
        for (const std::size_t face : {std::size_t{bold ? 1U : 0U}, std::size_t{2}})
            if (const std::uint16_t glyph = faces_[face]->glyph(sign)) return {face, glyph};
        return {0, faces_[0]->glyph(U'?')};
    }

  private:
    const PrintFonts& fonts_;
    std::array<const PrintFont*, 3> faces_;
    std::array<std::map<std::uint16_t, char32_t>, 3> used_;
};

// What is painted, y upwards as PDF has it.
template <class Letters>
class PdfWriter {
  public:
    PdfWriter(double height, Letters& letters) : height_(height), letters_(letters) {}

    void operator()(const Drawing::Line& line) {
        use(line.pen);
        out += fmt::format("{:.2f} {:.2f} m {:.2f} {:.2f} l S\n", line.x0, up(line.y0), line.x1,
                           up(line.y1));
    }
    void operator()(const Drawing::Path& path) {
        if (path.parts.empty()) return;
        use(path.fill, path.pen);
        for (const auto& part : path.parts) {
            const char* way = "m";
            for (const Drawing::Point& point : part) {
                out += fmt::format("{:.2f} {:.2f} {}\n", point.x, up(point.y), way);
                way = "l";
            }
            if (path.closed) out += "h ";
        }
        paint(path.fill.has_value(), path.pen.has_value());
    }
    // Of four curves; the usual approximation by cubic Béziers.
    void operator()(const Drawing::Disc& disc) {
        use(disc.fill, disc.pen);
        const double x = disc.x, y = up(disc.y), r = disc.radius, k = 0.5522847498 * r;
        out += fmt::format(
            "{0:.2f} {1:.2f} m {0:.2f} {2:.2f} {3:.2f} {4:.2f} {5:.2f} {4:.2f} c "
            "{6:.2f} {4:.2f} {7:.2f} {2:.2f} {7:.2f} {1:.2f} c "
            "{7:.2f} {8:.2f} {6:.2f} {9:.2f} {5:.2f} {9:.2f} c "
            "{3:.2f} {9:.2f} {0:.2f} {8:.2f} {0:.2f} {1:.2f} c ",
            x + r, y, y + k, x + k, y + r, x, x - k, x - r, y - k, y - r);
        paint(disc.fill.has_value(), disc.pen.has_value());
    }
    void operator()(const Drawing::Rectangle& area) {
        use(area.fill, area.pen);
        out += fmt::format("{:.2f} {:.2f} {:.2f} {:.2f} re ", area.x, up(area.y + area.height),
                           area.width, area.height);
        paint(area.fill.has_value(), area.pen.has_value());
    }
    void operator()(const Drawing::Words& words) {
        const double wide = letters_.width(words);
        const double back = words.anchor == Drawing::Anchor::left     ? 0
                            : words.anchor == Drawing::Anchor::middle ? wide / 2
                                                                      : wide;
        use_opacity("ca", 1);
        out +=
            colour(words.colour, "rg") + fmt::format("BT {:.2f} {:.2f} Td {} ET\n", words.x - back,
                                                     up(words.y), letters_.shown(words));
    }
    void operator()(const Drawing::Picture& picture) {
        use_opacity("ca", 1);
        out +=
            fmt::format("q {:.2f} 0 0 {:.2f} {:.2f} {:.2f} cm /P{} Do Q\n", picture.width,
                        picture.height, picture.x, up(picture.y + picture.height), pictures.size());
        pictures.push_back(&picture);
    }
    void operator()(const Drawing::Group& group) {
        out += "q\n";
        states_.push_back(states_.back());
        if (group.box)
            out += fmt::format("{:.2f} {:.2f} {:.2f} {:.2f} re W n\n", group.box->x,
                               up(group.box->y + group.box->height), group.box->width,
                               group.box->height);
    }
    void operator()(const Drawing::End&) {
        out += "Q\n";
        states_.pop_back();
    }

    std::string out;
    std::set<int> opacities{};  // in thousandths
    std::vector<const Drawing::Picture*> pictures{};

  private:
    double up(double y) const { return height_ - y; }
    static std::string colour(std::uint32_t colour, const char* what) {
        return fmt::format("{:.3g} {:.3g} {:.3g} {}\n", (colour >> 16 & 0xFFU) / 255.0,
                           (colour >> 8 & 0xFFU) / 255.0, (colour & 0xFFU) / 255.0, what);
    }
    // Areas' and lines' opacities are states of their own, named by both.
    void use_opacity(const char* what, double opacity) {
        const int wanted = static_cast<int>(std::lround(1000 * opacity));
        int& now = what[0] == 'c' ? states_.back().areas : states_.back().lines;
        if (now == wanted) return;
        now = wanted;
        opacities.insert(wanted);
        out += fmt::format("/{}{} gs\n", what, wanted);
    }
    void use(const Drawing::Pen& pen) {
        use_opacity("CA", pen.ink.opacity);
        std::string dashes;
        for (const double length : pen.dashes) dashes += fmt::format("{:.2f} ", length);
        if (dashes != states_.back().dashes) out += "[" + dashes + "] 0 d\n";
        states_.back().dashes = dashes;
        out += colour(pen.ink.colour, "RG") + fmt::format("{:.2f} w ", pen.thickness);
    }
    void use(const std::optional<Drawing::Ink>& fill, const std::optional<Drawing::Pen>& pen) {
        if (fill) {
            use_opacity("ca", fill->opacity);
            out += colour(fill->colour, "rg");
        }
        if (pen) use(*pen);
    }
    void paint(bool filled, bool drawn) {
        out += filled && drawn ? "B\n" : filled ? "f\n" : drawn ? "S\n" : "n\n";
    }

    double height_;
    Letters& letters_;
    // What the reader has been told, within each group.
    struct State {
        int areas = 1000, lines = 1000;
        std::string dashes = {};
    };
    std::vector<State> states_{{}};
};

// Objects by their numbers, and the table that finds them.
class PdfFile {
  public:
    explicit PdfFile(const char* version)
        : out_(fmt::format("%PDF-{}\n%\xe2\xe3\xcf\xd3\n", version)) {}

    int reserve() {
        places_.push_back(0);
        return static_cast<int>(places_.size());
    }
    void put(int object, const std::string& inside) {
        places_[static_cast<std::size_t>(object) - 1] = out_.size();
        out_ += fmt::format("{} 0 obj\n{}\nendobj\n", object, inside);
    }
    int add(const std::string& inside) {
        const int object = reserve();
        put(object, inside);
        return object;
    }
    // `keys` beside its length.
    int add_stream(const std::string& keys, std::string_view bytes, bool packed) {
        const std::string inside = packed ? deflated(bytes) : std::string(bytes);
        return add(fmt::format("<< {}/Length {}{} >>\nstream\n", keys, inside.size(),
                               packed ? " /Filter /FlateDecode" : "") +
                   inside + "\nendstream");
    }
    std::string ended(int catalog, int info) {
        std::string table = fmt::format("xref\n0 {}\n0000000000 65535 f \n", places_.size() + 1);
        for (const std::size_t place : places_) table += fmt::format("{:010} 00000 n \n", place);
        return fmt::format(
            "{}{}trailer\n<< /Size {} /Root {} 0 R /Info {} 0 R >>\nstartxref\n{}\n%%EOF\n", out_,
            table, places_.size() + 1, catalog, info, out_.size());
    }

  private:
    std::string out_;
    std::vector<std::size_t> places_;
};

// Which sign a glyph stands for, so that text can be searched and copied.
std::string to_unicode(const std::map<std::uint16_t, char32_t>& used) {
    std::string out =
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n";
    constexpr std::size_t most = 100;  // in one block
    for (auto at = used.begin(); at != used.end();) {
        std::string block;
        std::size_t count = 0;
        for (; at != used.end() && count < most; ++at, ++count)
            block += fmt::format("<{:04X}> <{}>\n", at->first, utf16(at->second));
        out += fmt::format("{} beginbfchar\n{}endbfchar\n", count, block);
    }
    return out + "endcmap CMapName currentdict /CMap defineresource pop end end\n";
}

int add_font(PdfFile& file, const PrintFont& font, const std::map<std::uint16_t, char32_t>& used) {
    std::set<std::uint16_t> glyphs;
    std::string widths;
    for (const auto& [glyph, sign] : used) {
        glyphs.insert(glyph);
        widths += fmt::format("{} [{}] ", glyph, font.width(glyph));
    }
    const bool cubic = font.has_cubic_outlines();
    // Six letters before the name say that not all of the font is there.
    const std::string name = (cubic ? "MUONSC+" : "") + font.name();
    const std::string program = font.program(glyphs);
    const int stream = file.add_stream(
        cubic ? "/Subtype /CIDFontType0C " : fmt::format("/Length1 {} ", program.size()), program,
        true);
    const auto box = font.box();
    const int descriptor = file.add(fmt::format(
        "<< /Type /FontDescriptor /FontName /{} /Flags 4 /FontBBox [{} {} {} {}] /ItalicAngle 0 "
        "/Ascent {} /Descent {} /CapHeight {} /StemV 80 /{} {} 0 R >>",
        name, box[0], box[1], box[2], box[3], font.ascent(), font.descent(), font.ascent(),
        cubic ? "FontFile3" : "FontFile2", stream));
    const int inner = file.add(fmt::format(
        "<< /Type /Font /Subtype /{} /BaseFont /{} /CIDSystemInfo << /Registry (Adobe) /Ordering "
        "(Identity) /Supplement 0 >> /FontDescriptor {} 0 R {}/W [{}] >>",
        cubic ? "CIDFontType0" : "CIDFontType2", name, descriptor,
        cubic ? "" : "/CIDToGIDMap /Identity ", widths));
    const int signs = file.add_stream("", to_unicode(used), true);
    return file.add(
        fmt::format("<< /Type /Font /Subtype /Type0 /BaseFont /{} /Encoding /Identity-H "
                    "/DescendantFonts [{} 0 R] /ToUnicode {} 0 R >>",
                    name, inner, signs));
}

template <class Letters, class AddFonts>
std::string pdf(const Drawing& drawing, const char* version, bool packed, Letters& letters,
                const AddFonts& add_fonts) {
    PdfWriter<Letters> writer(drawing.height, letters);
    for (const Drawing::Shape& shape : drawing.shapes) std::visit(writer, shape);
    PdfFile file(version);
    const int catalog = file.reserve(), pages = file.reserve(), page = file.reserve();
    std::string fonts = add_fonts(file), states, pictures;
    for (const int opacity : writer.opacities)
        for (const char* what : {"ca", "CA"})
            states += fmt::format("/{0}{1} << /{0} {2:.3g} >> ", what, opacity, opacity / 1000.0);
    for (std::size_t i = 0; i < writer.pictures.size(); ++i) {
        const Drawing::Picture& picture = *writer.pictures[i];
        const int object = file.add_stream(
            fmt::format(
                "/Type /XObject /Subtype /Image /Width {} /Height {} /ColorSpace /DeviceRGB "
                "/BitsPerComponent 8 ",
                picture.columns, picture.rows),
            {reinterpret_cast<const char*>(picture.rgb.data()), picture.rgb.size()}, true);
        pictures += fmt::format("/P{} {} 0 R ", i, object);
    }
    const int content = file.add_stream("", writer.out, packed);
    std::string title = "FEFF";
    for (const char32_t sign : signs_of(drawing.title)) title += utf16(sign);
    const int info = file.add("<< /Producer (Muonscope) /Title <" + title + "> >>");
    file.put(catalog, fmt::format("<< /Type /Catalog /Pages {} 0 R >>", pages));
    file.put(pages, fmt::format("<< /Type /Pages /Kids [{} 0 R] /Count 1 >>", page));
    file.put(
        page,
        fmt::format("<< /Type /Page /Parent {} 0 R /MediaBox [0 0 {:.2f} {:.2f}] /Contents {} 0 R "
                    "/Resources << /Font << {}>> /ExtGState << {}>> /XObject << {}>> >> >>",
                    pages, drawing.width, drawing.height, content, fonts, states, pictures));
    return file.ended(catalog, info);
}

}  // namespace

double helvetica_width(std::string_view text, double size) {
    double wide = 0;
    for (const char32_t sign : signs_of(text)) wide += sign_for(sign).width;
    return wide * size / 1000;
}

double width_of(std::string_view text, double size, const PrintFonts& fonts, bool bold) {
    const OwnFonts own(fonts);
    double wide = 0;
    for (const char32_t sign : signs_of(text)) {
        const auto [face, glyph] = own.place(sign, bold);
        wide += own.face(face).width(glyph);
    }
    return wide * size / 1000;
}

std::string pdf_of(const Drawing& drawing) {
    Helvetica letters;
    return pdf(drawing, "1.4", false, letters, [](PdfFile& file) {
        std::string fonts;
        int number = 1;
        for (const char* name : {"Helvetica", "Helvetica-Bold"})
            fonts +=
                fmt::format("/F{} {} 0 R ", number++,
                            file.add(fmt::format("<< /Type /Font /Subtype /Type1 /BaseFont /{} "
                                                 "/Encoding /WinAnsiEncoding >>",
                                                 name)));
        return fonts;
    });
}

std::string pdf_of(const Drawing& drawing, const PrintFonts& fonts) {
    OwnFonts letters(fonts);
    return pdf(drawing, "1.6", true, letters, [&](PdfFile& file) {
        std::string names;
        for (std::size_t i = 0; i < 3; ++i)
            if (!letters.used(i).empty())
                names += fmt::format("/F{} {} 0 R ", i + 1,
                                     add_font(file, letters.face(i), letters.used(i)));
        return names;
    });
}

}  // namespace muonscope
