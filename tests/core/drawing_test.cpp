// Drawings for print: SVG and PDF.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <string>

#include "core/formats/drawing.h"
#include "core/study/forest.h"

namespace muonscope {
namespace {

TEST(Drawing, words_are_as_wide_as_reportlab_says) {
    // reportlab 4's pdfmetrics.stringWidth(text, "Helvetica", 8), the minus as an en dash.
    EXPECT_NEAR(helvetica_width("network.depth=4 · SGD − Muon", 8), 112.28, 1e-9);
    EXPECT_NEAR(helvetica_width("The quick brown fox, (95 %) ~ {x|y} `^_@", 8), 145.344, 1e-9);
    EXPECT_NEAR(helvetica_width("±×…—", 8), 25.344, 1e-9);
}

Drawing small_drawing() {
    Drawing drawing{200, 100};
    drawing.shapes.emplace_back(Drawing::Line{10, 20, 110, 20, {{0xff0000}, 1}});
    drawing.shapes.emplace_back(Drawing::Disc{60, 20, 3, Drawing::Ink{0x0000ff}});
    drawing.shapes.emplace_back(
        Drawing::Words{190, 90, "a < b (50 % − 2)", 8, Drawing::Anchor::right, 0, true});
    return drawing;
}

TEST(Drawing, is_svg_with_its_words_as_text) {
    const std::string svg = svg_of(small_drawing());
    EXPECT_NE(svg.find("width=\"200.00pt\" height=\"100.00pt\""), std::string::npos);
    EXPECT_NE(svg.find("<line x1=\"10.00\" y1=\"20.00\" x2=\"110.00\" y2=\"20.00\" "
                       "stroke=\"#ff0000\" stroke-width=\"1\"/>"),
              std::string::npos)
        << svg;
    EXPECT_NE(
        svg.find("text-anchor=\"end\" fill=\"#000000\" font-weight=\"bold\">a &lt; b (50 % − 2)<"),
        std::string::npos)
        << svg;
}

// Each object of a PDF stands where its table says.
TEST(Drawing, is_a_pdf_whose_table_finds_every_object) {
    const std::string pdf = pdf_of(small_drawing());
    const std::size_t start = pdf.rfind("startxref\n");
    ASSERT_NE(start, std::string::npos);
    const auto table = static_cast<std::size_t>(std::atol(pdf.c_str() + start + 10));
    ASSERT_EQ(pdf.compare(table, 5, "xref\n"), 0);
    const std::size_t entries = pdf.find('\n', table + 5) + 1 + 20;  // behind that of object 0
    const int count = std::atoi(pdf.c_str() + pdf.find(' ', table + 5) + 1) - 1;
    ASSERT_GE(count, 6);
    for (int object = 1; object <= count; ++object) {
        const auto at = static_cast<std::size_t>(
            std::atol(pdf.c_str() + entries + 20 * static_cast<std::size_t>(object - 1)));
        const std::string head = std::to_string(object) + " 0 obj\n";
        EXPECT_EQ(pdf.compare(at, head.size(), head), 0) << object;
    }
    const std::size_t length = pdf.find("/Length ") + 8, stream = pdf.find("stream\n") + 7;
    EXPECT_EQ(static_cast<std::size_t>(std::atol(pdf.c_str() + length)),
              pdf.find("\nendstream") - stream);
    EXPECT_NE(pdf.find("1 0 0 RG\n1.00 w 10.00 80.00 m 110.00 80.00 l S"), std::string::npos)
        << pdf;
    // A minus is code page 1252's en dash, brackets are escaped.
    EXPECT_NE(pdf.find("(a < b \\(50 % \\226 2\\)) Tj"), std::string::npos) << pdf;
}

TEST(Forest, puts_means_and_intervals_where_its_axis_says) {
    Forest forest{"Title", "steps", "Definitions.", false, {}};
    forest.rows.push_back({"one", 10, {5, 15}, "n 3"});
    forest.rows.push_back({"two", -2, {-6, 2}, "n 3"});
    forest.rows.push_back({"none", std::nan(""), {std::nan(""), std::nan("")}, "no difference"});
    const Drawing drawing = drawing_of(forest);
    const auto discs = drawing.all<Drawing::Disc>();
    ASSERT_EQ(discs.size(), 2U) << "a row without a number has no dot";
    EXPECT_EQ(discs[0].fill->colour, discs[0].pen->ink.colour);
    EXPECT_EQ(discs[1].fill->colour, 0xffffffU) << "its interval holds zero";
    // Where the ticks say that 0 and 10 are.
    const auto at = [&](const std::string& tick) {
        for (const Drawing::Words& words : drawing.all<Drawing::Words>())
            if (words.text == tick && words.anchor == Drawing::Anchor::middle) return words.x;
        ADD_FAILURE() << tick;
        return 0.0;
    };
    const double zero = at("0"), ten = at("10"), each = (ten - zero) / 10;
    EXPECT_NEAR(discs[0].x, ten, 1e-9);
    EXPECT_NEAR(discs[1].x, zero - 2 * each, 1e-9);
    bool found = false;
    for (const Drawing::Line& line : drawing.all<Drawing::Line>())
        found = found || (std::abs(line.x0 - (zero + 5 * each)) < 1e-9 &&
                          std::abs(line.x1 - (zero + 15 * each)) < 1e-9 && line.y0 == line.y1);
    EXPECT_TRUE(found);
    EXPECT_NEAR(at("−5"), zero - 5 * each, 1e-9);
    EXPECT_NEAR(drawing.width, 170 * 72 / 25.4, 1e-9);
}

}  // namespace
}  // namespace muonscope
