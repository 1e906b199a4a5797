#include "core/formats/print_font.h"

#include <algorithm>
#include <utility>

#include "core/base/error.h"

namespace muonscope {
namespace {

// Big-endian numbers at any place of a table; throws where there is none.
class Table {
  public:
    Table(const std::string& font, std::string_view bytes) : font_(font), bytes_(bytes) {}

    std::uint32_t number(std::size_t at, int size) const {
        check(at, static_cast<std::size_t>(size));
        std::uint32_t number = 0;
        for (int i = 0; i < size; ++i)
            number = number << 8 | static_cast<unsigned char>(bytes_[at + i]);
        return number;
    }
    std::uint16_t u16(std::size_t at) const { return static_cast<std::uint16_t>(number(at, 2)); }
    std::int16_t i16(std::size_t at) const { return static_cast<std::int16_t>(number(at, 2)); }
    std::uint32_t u32(std::size_t at) const { return number(at, 4); }
    std::string_view part(std::size_t at, std::size_t size) const {
        check(at, size);
        return bytes_.substr(at, size);
    }
    std::size_t size() const { return bytes_.size(); }

  private:
    void check(std::size_t at, std::size_t size) const {
        if (at > bytes_.size() || size > bytes_.size() - at)
            throw Error(font_, "the font ends too early", "install it anew");
    }

    const std::string& font_;
    std::string_view bytes_;
};

std::map<std::string, std::string_view> tables_of(const std::string& name, std::string_view bytes) {
    const Table file(name, bytes);
    std::map<std::string, std::string_view> tables;
    for (std::size_t i = 0; i < file.u16(4); ++i) {
        const std::size_t entry = 12 + 16 * i;
        tables.emplace(std::string(file.part(entry, 4)),
                       file.part(file.u32(entry + 8), file.u32(entry + 12)));
    }
    return tables;
}

// Segments of signs that follow one another, in two bytes.
void add_format_4(const Table& cmap, std::size_t at, std::map<char32_t, std::uint16_t>& glyphs) {
    const std::size_t twice = cmap.u16(at + 6), ends = at + 14, starts = ends + twice + 2;
    const std::size_t deltas = starts + twice, offsets = deltas + twice;
    for (std::size_t segment = 0; segment < twice; segment += 2) {
        const std::uint16_t first = cmap.u16(starts + segment), last = cmap.u16(ends + segment);
        const std::uint16_t delta = cmap.u16(deltas + segment);
        const std::uint16_t offset = cmap.u16(offsets + segment);
        for (std::uint32_t sign = first; sign <= last && sign != 0xFFFF; ++sign) {
            std::uint16_t glyph = static_cast<std::uint16_t>(sign);
            if (offset != 0) glyph = cmap.u16(offsets + segment + offset + 2 * (sign - first));
            if (offset == 0 || glyph != 0) glyph = static_cast<std::uint16_t>(glyph + delta);
            if (glyph != 0) glyphs.emplace(sign, glyph);
        }
    }
}

// The same in four.
void add_format_12(const Table& cmap, std::size_t at, std::map<char32_t, std::uint16_t>& glyphs) {
    for (std::size_t group = 0; group < cmap.u32(at + 12); ++group) {
        const std::size_t entry = at + 16 + 12 * group;
        const std::uint32_t first = cmap.u32(entry), last = cmap.u32(entry + 4);
        for (std::uint32_t sign = first; sign <= last && sign <= 0x10FFFF; ++sign)
            glyphs.emplace(sign, static_cast<std::uint16_t>(cmap.u32(entry + 8) + sign - first));
    }
}

// Where each item of an INDEX begins, and where the last ends.
std::vector<std::size_t> index_at(const Table& cff, std::size_t at) {
    const std::size_t count = cff.u16(at);
    if (count == 0) return {at + 2};
    const int size = static_cast<int>(cff.number(at + 2, 1));
    const std::size_t offsets = at + 3, data = offsets + (count + 1) * size - 1;
    std::vector<std::size_t> begins;
    for (std::size_t i = 0; i <= count; ++i)
        begins.push_back(data + cff.number(offsets + i * size, size));
    return begins;
}

// The operand of an operator of the top DICT; its numbers are whole ones.
std::size_t operand_of(const Table& dict, std::uint32_t wanted) {
    std::size_t operand = 0;
    for (std::size_t at = 0; at < dict.size();) {
        const std::uint32_t first = dict.number(at, 1);
        if (first <= 21) {
            if (first == wanted) return operand;
            at += first == 12 ? 2 : 1;
        } else if (first == 28) {
            operand = dict.u16(at + 1);
            at += 3;
        } else if (first == 29) {
            operand = dict.u32(at + 1);
            at += 5;
        } else if (first == 30) {  // a real one ends with a nibble of ones
            for (++at; (dict.number(at, 1) & 0xFU) != 0xF; ++at) continue;
            ++at;
        } else if (first <= 246) {
            operand = first - 139;
            ++at;
        } else {
            operand = (first - 247) * 256 + dict.number(at + 1, 1) + 108;
            at += 2;
        }
    }
    return 0;
}

}  // namespace

PrintFont::PrintFont(std::string name, std::string_view bytes)
    : name_(std::move(name)), bytes_(bytes) {
    const auto tables = tables_of(name_, bytes_);
    const auto table = [&](const char* tag) {
        const auto found = tables.find(tag);
        if (found == tables.end())
            throw Error(name_, std::string("the font has no table ") + tag, "install it anew");
        return Table(name_, found->second);
    };
    const Table head = table("head"), across = table("hhea"), metrics = table("hmtx"),
                cmap = table("cmap");
    const int unit = std::max<int>(1, head.u16(18));
    const auto scaled = [&](int length) { return length * 1000 / unit; };
    for (std::size_t i = 0; i < box_.size(); ++i) box_[i] = scaled(head.i16(36 + 2 * i));
    ascent_ = scaled(across.i16(4));
    descent_ = scaled(across.i16(6));
    for (std::size_t i = 0; i < across.u16(34); ++i) widths_.push_back(scaled(metrics.u16(4 * i)));
    for (std::size_t i = 0; i < cmap.u16(2); ++i) {
        const std::size_t at = cmap.u32(4 + 8 * i + 4);
        if (cmap.u16(at) == 4) add_format_4(cmap, at, glyphs_);
        if (cmap.u16(at) == 12) add_format_12(cmap, at, glyphs_);
    }
    if (const auto found = tables.find("CFF "); found != tables.end()) cff_ = found->second;
}

std::uint16_t PrintFont::glyph(char32_t sign) const {
    const auto found = glyphs_.find(sign);
    return found == glyphs_.end() ? 0 : found->second;
}

int PrintFont::width(std::uint16_t glyph) const {
    // Those behind the last are as wide as it.
    return widths_.empty() ? 0 : widths_[std::min<std::size_t>(glyph, widths_.size() - 1)];
}

std::string PrintFont::program(const std::set<std::uint16_t>& used) const {
    if (cff_.empty()) return std::string(bytes_);
    const Table cff(name_, cff_);
    const std::vector<std::size_t> names = index_at(cff, cff.number(2, 1));
    const std::vector<std::size_t> tops = index_at(cff, names.back());
    const Table top(name_, cff.part(tops.front(), tops.back() - tops.front()));
    constexpr std::uint32_t char_strings = 17;
    constexpr char end_of_glyph = 14;
    const std::vector<std::size_t> glyphs = index_at(cff, operand_of(top, char_strings));
    std::string program(cff_);
    for (std::size_t i = 0; i + 1 < glyphs.size(); ++i)
        if (i != 0 && !used.contains(static_cast<std::uint16_t>(i))) {
            cff.part(glyphs[i], glyphs[i + 1] - glyphs[i]);
            std::fill(program.begin() + static_cast<std::ptrdiff_t>(glyphs[i]),
                      program.begin() + static_cast<std::ptrdiff_t>(glyphs[i + 1]), end_of_glyph);
        }
    return program;
}

}  // namespace muonscope
