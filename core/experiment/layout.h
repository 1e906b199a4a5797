#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "core/experiment/channels.h"
#include "core/model/model.h"

namespace muonscope {

// What stands in a row where there is nothing to measure.
inline constexpr double not_measured = std::numeric_limits<double>::quiet_NaN();

// Where each channel of a lane stands in one flat row of doubles. A row is what a history stores
// and a panel reads; NaN stands for "not measured" (a gradient before the first step, a probe that
// never reaches its threshold).
//
// Channels of facts and of a task have a place only where there are facts or tokens.
//
// Matrices are numbered from 1; `source` 0 is the product of all. Every channel has an accessor of
// its own name, as loss(), weight_norm(layer), flatness(source), product_sv(k), weight_sv(layer,
// k), that gives its place.
class Layout {
  public:
    Layout() = default;
    Layout(const Model& model, int modes, int facts = 0);

    // What a matrix is called on screen, "layer 2", and in tables, "layer_2".
    const std::string& name(int layer) const { return name_[index_of(layer)]; }
    const std::string& slug(int layer) const { return slug_[index_of(layer)]; }
    int layers() const { return static_cast<int>(rank_.size()); }
    int rank(int layer) const { return rank_[index_of(layer)]; }
    int product_rank() const { return product_rank_; }
    int modes() const { return modes_; }
    int facts() const { return facts_; }
    // Whether it learns tokens: the one kind of model that has no response.
    bool has_task() const { return has_task_; }

    std::size_t channels() const { return channels_; }
    // Followed: 0 ... followed() - 1.
    std::size_t followed() const { return followed_; }

    // index: the matrix, or the source; k: which of the values. Those that the channel's scope does
    // not have are 0.
    std::size_t at(Channel channel, int index = 0, int k = 0) const;

#define MUONSCOPE_AT_lane(channel)   \
    std::size_t channel() const {    \
        return at(Channel::channel); \
    }
#define MUONSCOPE_AT_facts(channel)  \
    std::size_t channel() const {    \
        return at(Channel::channel); \
    }
#define MUONSCOPE_AT_task(channel)   \
    std::size_t channel() const {    \
        return at(Channel::channel); \
    }
#define MUONSCOPE_AT_matrix(channel)        \
    std::size_t channel(int layer) const {  \
        return at(Channel::channel, layer); \
    }
#define MUONSCOPE_AT_map(channel)            \
    std::size_t channel(int source) const {  \
        return at(Channel::channel, source); \
    }
#define MUONSCOPE_AT_product_values(channel) \
    std::size_t channel(int k) const {       \
        return at(Channel::channel, 0, k);   \
    }
#define MUONSCOPE_AT_mode_values(channel)  \
    std::size_t channel(int k) const {     \
        return at(Channel::channel, 0, k); \
    }
#define MUONSCOPE_AT_fact_values(channel)  \
    std::size_t channel(int k) const {     \
        return at(Channel::channel, 0, k); \
    }
#define MUONSCOPE_AT_matrix_values(channel)       \
    std::size_t channel(int layer, int k) const { \
        return at(Channel::channel, layer, k);    \
    }
#define MUONSCOPE_AT(channel, scope, ...) MUONSCOPE_AT_##scope(channel)
    MUONSCOPE_CHANNELS(MUONSCOPE_AT)
#undef MUONSCOPE_AT
#undef MUONSCOPE_AT_lane
#undef MUONSCOPE_AT_facts
#undef MUONSCOPE_AT_task
#undef MUONSCOPE_AT_matrix
#undef MUONSCOPE_AT_map
#undef MUONSCOPE_AT_product_values
#undef MUONSCOPE_AT_mode_values
#undef MUONSCOPE_AT_matrix_values
#undef MUONSCOPE_AT_fact_values

    // How many numbers a channel of such a scope has that belongs to no matrix.
    int count_of_lane(Scope scope) const;

    bool operator==(const Layout&) const = default;

  private:
    // Where a channel begins, and how far it is from one matrix (source) to the next: fixed, or by
    // the ranks of those before.
    struct Place {
        std::size_t first = 0, stride = 0;
        bool operator==(const Place&) const = default;
    };

    std::vector<std::string> name_, slug_;
    std::vector<int> rank_;
    std::vector<std::size_t> values_before_;  // by matrix
    int product_rank_ = 0, modes_ = 0, facts_ = 0;
    bool has_task_ = false;
    std::array<Place, channel_count> places_{};
    std::size_t channels_ = 0, followed_ = 0;
};

// What each channel of a row is called in tables: loss, layer_2_norm, product_sv_1 …
std::vector<std::string> channel_names(const Layout& layout);
// And on screen: loss, layer 2 norm, product σ 1 …
std::vector<std::string> channel_titles(const Layout& layout);

}  // namespace muonscope
