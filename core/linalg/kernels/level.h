#pragma once

#include <string_view>
#include <vector>

namespace muonscope {

// What a processor can do, lowest first. Everything here is compiled for the lowest; few kernels
// (kernels.h) are compiled for each, and give the same bits at all of them.
//   baseline  plain x86-64 or aarch64
//   avx2      AVX2 and FMA
//   avx512    AVX-512 F, DQ, BW and VL
//   amx       the same and matrix units for bfloat16
enum class Level { baseline, avx2, avx512, amx };

// x86-64 or aarch64, avx2, avx512, amx: as MUONSCOPE_LEVEL takes them.
const char* level_name(Level level);

// What this processor has and its system lets this process use, lowest first.
const std::vector<Level>& levels_here();

// The level whose kernels are used: chosen when first asked for, the highest of levels_here() or
// what the environment variable MUONSCOPE_LEVEL names. Throws Error, each time, when that is
// unknown or not to be had here.
Level level();

// What `wish` names among `available`; their last when it is empty. Throws Error as level() does.
Level level_named(std::string_view wish, const std::vector<Level>& available);

// For tests: another level while this lives, for all threads. It must be one of levels_here().
class ScopedLevel {
  public:
    explicit ScopedLevel(Level level);
    ~ScopedLevel();
    ScopedLevel(const ScopedLevel&) = delete;
    ScopedLevel& operator=(const ScopedLevel&) = delete;

  private:
    Level before_;
};

}  // namespace muonscope
