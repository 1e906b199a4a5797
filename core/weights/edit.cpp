#include "core/weights/edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/base/elementary.h"
#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/base/split.h"
#include "core/linalg/reductions.h"
#include "core/linalg/spectrum.h"

namespace muonscope {

namespace {

// Bounds of an amount, beside what each kind's help says.
struct Bounds {
    double least, most;
    bool whole;
};
Bounds bounds_of(EditKind kind) {
    switch (kind) {
        case EditKind::drop_top:
        case EditKind::drop_bottom:
        case EditKind::keep:
            return {0, 1e9, true};
        case EditKind::energy:
        case EditKind::clip:
            return {1e-12, 1, false};
        case EditKind::power:
            return {-.5, 4, false};
        case EditKind::scale:
            return {0, 100, false};
        case EditKind::set:
            return {0, 1e30, false};
        case EditKind::noise:
            return {0, 999'999'999'999'999, true};
        case EditKind::flatten:
        case EditKind::orthogonalise:
            break;
    }
    return {0, 0, false};
}

[[noreturn]] void refuse(std::string_view text, const std::string& what,
                         const std::string& remedy) {
    throw Error("edit " + in_quotes(text, 120), what, remedy);
}

double number_of(std::string_view part, std::string_view text) {
    double value = 0;
    const auto [end, fault] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (fault != std::errc() || end != part.data() + part.size() || !std::isfinite(value))
        refuse(text, in_quotes(part) + " is not a number", "write one, such as 3 or .5");
    return value;
}

void check_amount(WeightEdit& edit, std::string_view part, std::string_view text) {
    const Bounds bounds = bounds_of(edit.kind);
    if (edit.amount < bounds.least || edit.amount > bounds.most ||
        (edit.percent && edit.amount > 100))
        refuse(text,
               fmt::format("{} is not from {} to {}", part, bounds.least,
                           edit.percent ? 100 : bounds.most),
               std::string(edit_kinds[place_of(edit.kind)].help));
    if (bounds.whole && !edit.percent && edit.amount != std::floor(edit.amount))
        refuse(text, std::string(part) + " is not a whole number",
               std::string(edit_kinds[place_of(edit.kind)].help));
}

// "K:X" or "K-L:X".
std::string_view read_band(WeightEdit& edit, std::string_view part, std::string_view text) {
    const std::size_t colon = part.find(':');
    if (colon == std::string_view::npos)
        refuse(text, in_quotes(part) + " does not say which values",
               "write the rank of a value and what it is to be: 1:0, or 2-8:.5");
    const std::vector<std::string_view> ends = split(part.substr(0, colon), '-');
    if (ends.size() > 2)
        refuse(text, in_quotes(part.substr(0, colon)) + " is not a range", "write one as 2-8");
    const double first = number_of(ends.front(), text), last = number_of(ends.back(), text);
    if (first < 1 || last < first || last > 1e9 || first != std::floor(first) ||
        last != std::floor(last))
        refuse(text, in_quotes(part.substr(0, colon)) + " is not a range of ranks",
               "ranks are whole numbers from 1, the largest value's, the smaller first");
    edit.first = static_cast<int>(first);
    edit.last = static_cast<int>(last);
    return part.substr(colon + 1);
}

void read_engine(WeightEdit& edit, std::string_view part, std::string_view text) {
    const std::size_t colon = part.find(':');
    const std::string_view name = part.substr(0, colon);
    std::vector<std::string> slugs;
    for (const EngineName& known : engine_names()) {
        slugs.emplace_back(known.slug);
        if (known.slug != name) continue;
        edit.engine = {};
        edit.engine.engine = known.engine;
        edit.engine.iterations = usual_iterations(known.engine);
        edit.engine.precision = Precision::float64;
        if (colon == std::string_view::npos) return;
        const double iterations = number_of(part.substr(colon + 1), text);
        if (!takes_iterations(known.engine) || iterations < 1 || iterations > most_iterations ||
            iterations != std::floor(iterations))
            refuse(
                text, in_quotes(part) + " is not an engine with iterations",
                fmt::format("iterations are 1 to {}, of engines that take them", most_iterations));
        edit.engine.iterations = static_cast<int>(iterations);
        return;
    }
    const std::string near = did_you_mean(name, slugs);
    refuse(text, in_quotes(name) + " is not an engine",
           near.empty() ? fmt::format("choose one of {}", fmt::join(slugs, ", ")) : near);
}

void read_amount(WeightEdit& edit, std::string_view part, std::string_view text) {
    if (edit.kind == EditKind::orthogonalise) return read_engine(edit, part, text);
    if (edit.kind == EditKind::scale || edit.kind == EditKind::set)
        part = read_band(edit, part, text);
    std::string_view number = part;
    if (edit.kind == EditKind::keep && number.ends_with('%')) {
        edit.percent = true;
        number.remove_suffix(1);
    }
    edit.amount = number_of(number, text);
    check_amount(edit, part, text);
}

EditKind kind_of(std::string_view name, std::string_view text) {
    std::vector<std::string> slugs;
    for (std::size_t i = 0; i < edit_kinds.size(); ++i) {
        if (edit_kinds[i].slug == name) return static_cast<EditKind>(i);
        slugs.emplace_back(edit_kinds[i].slug);
    }
    const std::string near = did_you_mean(name, slugs);
    refuse(text, in_quotes(name) + " is no edit",
           near.empty() ? fmt::format("choose one of {}", fmt::join(slugs, ", ")) : near);
}

void read_option(WeightEdit& edit, std::string_view part, std::string_view text) {
    if (part == "muted") {
        edit.muted = true;
        return;
    }
    if (part.starts_with("norm=")) {
        for (std::size_t i = 0; i < kept_norms.size(); ++i)
            if (kept_norms[i].slug == part.substr(5)) {
                edit.norm = static_cast<KeptNorm>(i);
                return;
            }
    }
    refuse(text, in_quotes(part) + " is not understood",
           "behind the amount may stand norm=free, norm=frobenius, norm=spectral and muted");
}

std::string number_text(double value) {
    return fmt::format("{}", value);
}

std::string band_text(const WeightEdit& edit) {
    return edit.first == edit.last ? fmt::format("{}", edit.first)
                                   : fmt::format("{}-{}", edit.first, edit.last);
}

// As an index: ₁₂₋₃₀.
std::string lowered(const std::string& text) {
    std::string result;
    for (char c : text)
        result += c == '-' ? std::string("₋")
                           : fmt::format("\xe2\x82{}", static_cast<char>(0x80 + (c - '0')));
    return result;
}

std::string amount_text(const WeightEdit& edit) {
    switch (edit.kind) {
        case EditKind::flatten:
            return {};
        case EditKind::orthogonalise:
            return fmt::format("={}{}", slug(edit.engine.engine),
                               takes_iterations(edit.engine.engine)
                                   ? fmt::format(":{}", edit.engine.iterations)
                                   : "");
        case EditKind::scale:
        case EditKind::set:
            return fmt::format("={}:{}", band_text(edit), number_text(edit.amount));
        default:
            return fmt::format("={}{}", number_text(edit.amount), edit.percent ? "%" : "");
    }
}

// How many of n values `keep` leaves.
Eigen::Index kept_of(const WeightEdit& edit, const Vector& values) {
    const auto n = static_cast<double>(values.size());
    if (edit.kind == EditKind::keep)
        return static_cast<Eigen::Index>(
            std::min(n, edit.percent ? std::ceil(n * edit.amount / 100) : edit.amount));
    double rest = sum_of_squares(values) * edit.amount;
    Eigen::Index count = 0;
    // Rounding alone must not ask for one more.
    const double slack = rest * 1e-14;
    while (count < values.size() && rest > slack) {
        rest -= values(count) * values(count);
        ++count;
    }
    return count;
}

}  // namespace

KeptNorm usual_norm(EditKind kind) {
    return kind == EditKind::flatten || kind == EditKind::power ||
                   kind == EditKind::orthogonalise || kind == EditKind::noise
               ? KeptNorm::frobenius
               : KeptNorm::none;
}

WeightEdit edit_in(std::string_view text) {
    WeightEdit edit;
    // The target has no colon; amounts may have.
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0)
        refuse(text, "it does not say of which matrices and what",
               "write TARGET:EDIT, such as blk.11.ffn_down:drop-top=1");
    edit.target = text.substr(0, colon);
    const std::vector<std::string_view> parts = split(text.substr(colon + 1), ',');
    const std::size_t equals = parts.front().find('=');
    edit.kind = kind_of(parts.front().substr(0, equals), text);
    edit.norm = usual_norm(edit.kind);
    const bool has_amount = equals != std::string_view::npos;
    if (edit.kind == EditKind::flatten) {
        if (has_amount) refuse(text, "flatten takes no amount", "write flatten alone");
    } else if (has_amount) {
        read_amount(edit, parts.front().substr(equals + 1), text);
    } else {
        refuse(text, "it does not say how much", std::string(edit_kinds[place_of(edit.kind)].help));
    }
    for (std::size_t i = 1; i < parts.size(); ++i) read_option(edit, parts[i], text);
    return edit;
}

std::string text_of(const WeightEdit& edit) {
    std::string text = fmt::format("{}:{}{}", edit.target, edit_kinds[place_of(edit.kind)].slug,
                                   amount_text(edit));
    if (edit.norm != usual_norm(edit.kind))
        text += fmt::format(",norm={}", kept_norms[place_of(edit.norm)].slug);
    if (edit.muted) text += ",muted";
    return text;
}

std::string words_of(const WeightEdit& edit) {
    const std::string number = number_text(edit.amount);
    switch (edit.kind) {
        case EditKind::drop_top:
            return edit.amount == 1 ? "s₁ := 0" : number + " largest := 0";
        case EditKind::drop_bottom:
            return number + " smallest := 0";
        case EditKind::keep:
            return "keep the " + number + (edit.percent ? " %" : "") + " largest";
        case EditKind::energy:
            return "keep " + number + " of the energy";
        case EditKind::flatten:
            return "flatten";
        case EditKind::power:
            return "power " + number;
        case EditKind::clip:
            return "clip at " + number + " of the largest";
        case EditKind::scale:
            return fmt::format("s{} · {}", lowered(band_text(edit)), number);
        case EditKind::set:
            return fmt::format("s{} := {}", lowered(band_text(edit)), number);
        case EditKind::orthogonalise:
            return "orthogonalise by " + name_of(edit.engine);
        case EditKind::noise:
            return "noise of this spectrum, seed " + number;
    }
    return {};
}

bool keeps_vectors(const WeightEdit& edit) {
    if (edit.kind == EditKind::noise) return false;
    return edit.kind != EditKind::orthogonalise || transfer(edit.engine, .5).has_value();
}

double norm_factor(KeptNorm norm, const Vector& before, const Vector& after) {
    const auto size = [norm](const Vector& values) {
        if (values.size() == 0) return 0.0;
        return norm == KeptNorm::spectral ? values.cwiseAbs().maxCoeff() : muonscope::norm(values);
    };
    if (norm == KeptNorm::none) return 1;
    const double left = size(after);
    return left > 0 && std::isfinite(left) ? size(before) / left : 1;
}

Vector edited_values(const WeightEdit& edit, const Vector& values, Eigen::Index rows,
                     Eigen::Index cols) {
    Vector result = values;
    const Eigen::Index n = values.size();
    if (n == 0 || !(values(0) > 0)) return result;  // zero, or not finite
    const auto count =
        static_cast<Eigen::Index>(std::min<double>(edit.amount, static_cast<double>(n)));
    const Eigen::Index rank = numerical_rank(values, rows, cols);
    switch (edit.kind) {
        case EditKind::drop_top:
            result.head(count).setZero();
            break;
        case EditKind::drop_bottom:
            result.tail(count).setZero();
            break;
        case EditKind::keep:
        case EditKind::energy:
            result.tail(n - kept_of(edit, values)).setZero();
            break;
        case EditKind::flatten:
            result.head(rank).setConstant(values(0));
            result.tail(n - rank).setZero();
            break;
        case EditKind::power:
            for (Eigen::Index k = 0; k < n; ++k)
                result(k) =
                    k < rank ? values(0) * elementary::pow(values(k) / values(0), edit.amount) : 0;
            break;
        case EditKind::clip:
            result = result.cwiseMin(edit.amount * values(0));
            break;
        case EditKind::scale:
        case EditKind::set:
            for (Eigen::Index k = edit.first - 1; k < std::min<Eigen::Index>(edit.last, n); ++k)
                result(k) = edit.kind == EditKind::set ? edit.amount : values(k) * edit.amount;
            break;
        case EditKind::orthogonalise: {
            const double size = norm(values);
            for (Eigen::Index k = 0; k < n; ++k)
                result(k) = k < rank ? transfer(edit.engine, values(k) / size).value_or(0) : 0;
            break;
        }
        case EditKind::noise:
            break;
    }
    return norm_factor(edit.norm, values, result) * result;
}

}  // namespace muonscope
