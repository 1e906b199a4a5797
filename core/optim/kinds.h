#pragma once

// The one list of optimisers: each is a file in kinds/ of that name, which defines NAME_rule. The
// first is what a recipe has when nothing is said.
#define MUONSCOPE_OPTIMIZERS(each)                                                         \
    each(sgd) each(muon) each(spectral) each(adamw) each(normuon) each(adamuon) each(soap) \
        each(shampoo) each(lion) each(signum) each(scion) each(dion)

namespace muonscope {

#define MUONSCOPE_ENUMERATOR(name) name,
enum class OptimizerKind { MUONSCOPE_OPTIMIZERS(MUONSCOPE_ENUMERATOR) };
#undef MUONSCOPE_ENUMERATOR

}  // namespace muonscope
