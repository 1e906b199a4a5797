#include "core/experiment/layout.h"
#include "core/base/choice.h"

#include <algorithm>

namespace muonscope {
namespace {

bool one_a_matrix(const ChannelInfo& channel) {
    const ScopeParts parts = parts_of(channel.scope);
    return parts.matrices && !parts.values;
}

// Neighbouring rows of the table that there is one of for each matrix stand matrix by matrix.
std::size_t group_end(std::size_t begin) {
    const auto all = channels();
    std::size_t end = begin + 1;
    while (one_a_matrix(all[begin]) && end < all.size() && all[end].scope == all[begin].scope &&
           all[end].known == all[begin].known)
        ++end;
    return end;
}

}  // namespace

Layout::Layout(const Model& model, int modes, int facts)
    : modes_(modes), facts_(facts), has_task_(!model.has_response()) {
    std::size_t values = 0;
    for (const MatrixInfo& matrix : model.matrices()) {
        name_.push_back(matrix.name);
        slug_.push_back(matrix.slug);
        rank_.push_back(static_cast<int>(matrix.rank()));
        values_before_.push_back(values);
        values += rank_.back();
    }
    if (model.has_response())
        product_rank_ = static_cast<int>(std::min(model.inputs(), model.outputs()));

    const auto matrices = rank_.size();
    const auto all = muonscope::channels();
    for (std::size_t begin = 0, end = 0; begin < all.size(); begin = end) {
        end = group_end(begin);
        const std::size_t group = end - begin;
        for (std::size_t c = begin; c < end; ++c)
            places_[c] = {channels_ + (c - begin), one_a_matrix(all[c]) ? group : 0};
        const ScopeParts parts = parts_of(all[begin].scope);
        if (parts.product)
            channels_ += parts.values ? static_cast<std::size_t>(product_rank_) : group;
        if (parts.matrices) channels_ += parts.values ? values : group * matrices;
        if (!parts.product && !parts.matrices)
            channels_ += static_cast<std::size_t>(count_of_lane(all[begin].scope));
        if (all[begin].known == Known::every_step) followed_ = channels_;
    }
}

int Layout::count_of_lane(Scope scope) const {
    switch (scope) {
        case Scope::facts:
            return facts_ > 0 ? 1 : 0;
        case Scope::task:
            return has_task_ ? 1 : 0;
        case Scope::fact_values:
            return facts_;
        case Scope::mode_values:
            return modes_;
        default:
            return 1;
    }
}

std::size_t Layout::at(Channel channel, int index, int k) const {
    const Place& place = places_[place_of(channel)];
    const Scope scope = info(channel).scope;
    std::size_t at = place.first + k;
    if (scope == Scope::matrix) at += place.stride * index_of(index);
    if (scope == Scope::map) at += place.stride * index;
    if (scope == Scope::matrix_values) at += values_before_[index_of(index)];
    return at;
}

namespace {

// f(index, channel, matrix, k): matrix 0 is the product, -1 none; k -1: it is one number.
template <class F>
void for_each_channel(const Layout& layout, F&& f) {
    for (const ChannelInfo& channel : channels()) {
        const ScopeParts parts = parts_of(channel.scope);
        const auto each = [&](int matrix, int count) {
            const int index = std::max(matrix, 0);
            for (int k = 0; k < count; ++k)
                f(layout.at(channel.channel, index, k), channel, matrix, parts.values ? k : -1);
        };
        if (parts.product) each(0, parts.values ? layout.product_rank() : 1);
        if (!parts.product && !parts.matrices) each(-1, layout.count_of_lane(channel.scope));
        for (int layer = 1; parts.matrices && layer <= layout.layers(); ++layer)
            each(layer, parts.values ? layout.rank(layer) : 1);
    }
}

// Every channel by one of its texts, after what its matrix is called and before the number of a
// value.
std::vector<std::string> called(const Layout& layout, std::string_view ChannelInfo::*text,
                                const std::string& (Layout::*matrix_name)(int) const,
                                char between) {
    std::vector<std::string> result(layout.channels());
    for_each_channel(layout, [&](std::size_t at, const ChannelInfo& channel, int matrix, int k) {
        if (matrix >= 0)
            result[at] = (matrix == 0 ? "product" : (layout.*matrix_name)(matrix)) + between;
        result[at] += channel.*text;
        if (k >= 0) result[at] += between + std::to_string(k + 1);
    });
    return result;
}

}  // namespace

std::vector<std::string> channel_names(const Layout& layout) {
    return called(layout, &ChannelInfo::column, &Layout::slug, '_');
}

std::vector<std::string> channel_titles(const Layout& layout) {
    return called(layout, &ChannelInfo::title, &Layout::name, ' ');
}

}  // namespace muonscope
