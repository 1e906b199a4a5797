#include "core/experiment/measures.h"

#include <algorithm>

namespace muonscope {

Layout::Layout(const Model& model, int modes) : modes_(modes) {
    std::size_t values = 0;
    for (const MatrixInfo& matrix : model.matrices()) {
        slug_.push_back(matrix.slug);
        rank_.push_back(static_cast<int>(matrix.rank()));
        offset_.push_back(values);
        values += static_cast<std::size_t>(rank_.back());
    }
    product_rank_ = static_cast<int>(std::min(model.inputs(), model.outputs()));

    probe_ = 3 + 4 * rank_.size();
    product_ = probe_critical_rate() + 1;
    mode_ = product_ + static_cast<std::size_t>(product_rank_);
    weight_ = mode_ + static_cast<std::size_t>(modes_);
    gradient_ = weight_ + values;
    update_ = gradient_ + values;
    per_layer_ = update_ + values;
    channels_ = per_layer_ + 4 * rank_.size();
}

}  // namespace muonscope
