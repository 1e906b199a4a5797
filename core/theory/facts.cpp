#include "core/theory/facts.h"

#include "core/base/elementary.h"

namespace muonscope {

double answer_probability(int facts, double lead) {
    return 1 / (1 + (facts - 1) * elementary::exp(-lead));
}

double answer_loss(int facts, double lead) {
    return elementary::log1p((facts - 1) * elementary::exp(-lead));
}

}  // namespace muonscope
