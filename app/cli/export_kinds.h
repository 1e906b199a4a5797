#pragma once

#include <string>

namespace muonscope::cli {

// What `export --what` knows, and what the file's name ends with; "": a folder.
struct ExportKind {
    const char *name, *ending, *words;
};
inline constexpr ExportKind export_kinds[]{
    {"svg", ".svg", "a drawing whose words stay text"},
    {"pdf", ".pdf", "the same, with the fonts that it needs inside"},
    {"png", ".png", "a picture of --dpi"},
    {"csv", ".csv", "the values of one plot that it shows"},
    {"csv-all", ".csv", "all values of one plot"},
    {"md", ".md", "the values as a table in Markdown"},
    {"tex", ".tex", "the values as a tabular in LaTeX"},
    {"py", ".py", "a Python script that draws it with matplotlib, the data inside"},
    {"frames", "", "a folder of pictures over the steps, frame-00001.png and so on"},
    {"mp4", ".mp4", "a film of them, where ffmpeg is installed"},
    {"gif", ".gif", "the same, for a web page"}};

std::string export_legend();  // for --help: a line a kind

}  // namespace muonscope::cli
