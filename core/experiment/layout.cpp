#include "core/experiment/layout.h"
#include "core/base/choice.h"

#include <algorithm>

namespace muonscope {
namespace {

bool one_a_matrix(const ChannelInfo& channel) {
    return channel.scope == Scope::matrix || channel.scope == Scope::map;
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

Layout::Layout(const Model& model, int modes) : modes_(modes) {
    std::size_t values = 0;
    for (const MatrixInfo& matrix : model.matrices()) {
        name_.push_back(matrix.name);
        slug_.push_back(matrix.slug);
        rank_.push_back(static_cast<int>(matrix.rank()));
        values_before_.push_back(values);
        values += rank_.back();
    }
    product_rank_ = static_cast<int>(std::min(model.inputs(), model.outputs()));

    const auto matrices = rank_.size();
    const auto all = muonscope::channels();
    for (std::size_t begin = 0, end = 0; begin < all.size(); begin = end) {
        end = group_end(begin);
        const std::size_t group = end - begin;
        for (std::size_t c = begin; c < end; ++c)
            places_[c] = {channels_ + (c - begin), one_a_matrix(all[c]) ? group : 0};
        switch (all[begin].scope) {
            case Scope::lane:
                channels_ += 1;
                break;
            case Scope::matrix:
                channels_ += group * matrices;
                break;
            case Scope::map:
                channels_ += group * (matrices + 1);
                break;
            case Scope::product_values:
                channels_ += product_rank_;
                break;
            case Scope::mode_values:
                channels_ += modes_;
                break;
            case Scope::matrix_values:
                channels_ += values;
                break;
        }
        if (all[begin].known == Known::every_step) followed_ = channels_;
    }
}

std::size_t Layout::at(Channel channel, int index, int k) const {
    const Place& place = places_[place_of(channel)];
    const Scope scope = info(channel).scope;
    std::size_t at = place.first + k;
    if (scope == Scope::matrix) at += place.stride * (index - 1);
    if (scope == Scope::map) at += place.stride * index;
    if (scope == Scope::matrix_values) at += values_before_[index - 1];
    return at;
}

namespace {

// f(index, channel, matrix, k): matrix 0 is the product, -1 none; k -1: it is one number.
template <class F>
void for_each_channel(const Layout& layout, F&& f) {
    const auto values = [&](const ChannelInfo& channel, int matrix, int index, int count) {
        for (int k = 0; k < count; ++k) f(layout.at(channel.channel, index, k), channel, matrix, k);
    };
    for (const ChannelInfo& channel : channels()) {
        const Scope scope = channel.scope;
        if (scope == Scope::lane) f(layout.at(channel.channel), channel, -1, -1);
        if (scope == Scope::map) f(layout.at(channel.channel), channel, 0, -1);
        if (scope == Scope::product_values) values(channel, 0, 0, layout.product_rank());
        if (scope == Scope::mode_values) values(channel, -1, 0, layout.modes());
        for (int layer = 1; layer <= layout.layers(); ++layer) {
            if (one_a_matrix(channel)) f(layout.at(channel.channel, layer), channel, layer, -1);
            if (scope == Scope::matrix_values) values(channel, layer, layer, layout.rank(layer));
        }
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
