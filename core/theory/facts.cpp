#include "core/theory/facts.h"

#include "core/base/elementary.h"

namespace muonscope {

double answer_probability(int facts, double lead) {
    return 1 / (1 + (facts - 1) * elementary::exp(-lead));
}

double answer_loss(int facts, double lead) {
    return elementary::log1p((facts - 1) * elementary::exp(-lead));
}

double sgd_lead(int facts, double lead, double pull) {
    // 1 − P by itself: beside a P of nearly 1 it would be rounded away.
    const double others = (facts - 1) * elementary::exp(-lead);
    return lead + pull * others / (1 + others) * facts / (facts - 1);
}

}  // namespace muonscope
