#include <fmt/format.h>

#include <algorithm>

#include "app/cli/reproduce.h"
#include "app/cli/text_table.h"

namespace muonscope::cli {
namespace {

using Lines = std::vector<std::vector<std::string>>;

std::vector<std::string> line_of(const Comparison& comparison, bool judged) {
    const Figure& figure = comparison.figure;
    if (!judged) return {"  " + figure.label, here_text(figure)};
    return {"  " + figure.label, published_text(comparison), here_text(figure),
            difference_text(comparison), verdict_text(comparison)};
}

// "10 of 10 figures as published, 3.21 s (6.10 s of work)"
std::string summary(const Reproduction::Progress& experiment, bool judged) {
    const auto& figures = experiment.figures;
    const auto passed = std::count_if(figures.begin(), figures.end(), passes);
    const std::string count =
        judged ? fmt::format("{} of {} figures as published", passed, figures.size())
               : fmt::format("{} figures", figures.size());
    return fmt::format("{}, {:.2f} s ({:.2f} s of work)", count, experiment.seconds,
                       experiment.work_seconds);
}

}  // namespace

std::string reproduction_table(const std::vector<Reproduction::Progress>& experiments,
                               bool judged) {
    Lines lines;
    lines.push_back(
        judged ? std::vector<std::string>{"quantity", "published", "here", "difference", "verdict"}
               : std::vector<std::string>{"quantity", "here"});
    for (const auto& experiment : experiments) {
        lines.push_back(std::vector<std::string>(lines.front().size()));
        lines.back().front() = experiment.title;
        for (const Comparison& comparison : experiment.figures)
            lines.push_back(line_of(comparison, judged));
    }
    std::string text =
        text_table(lines, judged ? std::vector<std::size_t>{1, 2, 3} : std::vector<std::size_t>{1});
    text += "\n";
    Lines summaries;
    for (const auto& experiment : experiments)
        summaries.push_back({experiment.name, summary(experiment, judged)});
    return text + text_table(summaries, {});
}

}  // namespace muonscope::cli
