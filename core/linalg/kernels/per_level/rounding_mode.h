#pragma once

#include "core/linalg/kernels/per_level/vectors.h"

namespace muonscope::MUONSCOPE_AT {
namespace {

// How this thread rounds while this lives. The compiler does not know that arithmetic depends on
// it: what is meant to stand in a function of its own that is not inlined.
class RoundingMode {
  public:
#if defined(__x86_64__)
    // Numbers below the smallest normal one are 0, as in the matrix units.
    static constexpr unsigned flush_to_zero = 0x8040, towards_zero = 0x6000;
    explicit RoundingMode(unsigned flags) : before_(_mm_getcsr()) {
        _mm_setcsr(before_ | flags);
    }
    ~RoundingMode() {
        _mm_setcsr(before_);
    }

  private:
    unsigned before_;

  public:
#elif defined(__aarch64__)
    static constexpr std::uint64_t flush_to_zero = 1U << 24, towards_zero = 3U << 22;
    explicit RoundingMode(std::uint64_t flags) {
        asm volatile("mrs %0, fpcr" : "=r"(before_));
        asm volatile("msr fpcr, %0" : : "r"(before_ | flags));
    }
    ~RoundingMode() {
        asm volatile("msr fpcr, %0" : : "r"(before_));
    }

  private:
    std::uint64_t before_ = 0;

  public:
#endif
    RoundingMode(const RoundingMode&) = delete;
    RoundingMode& operator=(const RoundingMode&) = delete;
};

}  // namespace
}  // namespace muonscope::MUONSCOPE_AT
