#include "core/linalg/kernels/level.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/base/choice.h"
#include "core/base/error.h"
#include "core/linalg/kernels/kernels.h"

#if defined(__x86_64__)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#endif

namespace muonscope {

namespace {

#if defined(__x86_64__)

constexpr bool has_all(unsigned flags, std::initializer_list<int> bits) {
    return std::all_of(bits.begin(), bits.end(), [&](int bit) { return flags >> bit & 1U; });
}

// Which registers the system saves when it switches threads (XCR0).
unsigned saved_registers() {
    unsigned low = 0, high = 0;
    asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

// Linux gives the matrix units to those who ask.
bool may_use_matrix_units() {
#if defined(__linux__)
    constexpr long request_permission = 0x1023, tile_data = 18;  // asm/prctl.h, Linux 5.16
    return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
#else
    return false;
#endif
}

Level highest_here() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return Level::baseline;
    constexpr int fma = 12, xsave = 27, avx = 28;
    if (!has_all(c, {fma, xsave, avx})) return Level::baseline;
    const unsigned saved = saved_registers();
    if (!has_all(saved, {1, 2}) || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return Level::baseline;
    constexpr int avx2 = 5, avx512_f = 16, avx512_dq = 17, avx512_bw = 30, avx512_vl = 31;
    if (!has_all(b, {avx2})) return Level::baseline;
    if (!has_all(b, {avx512_f, avx512_dq, avx512_bw, avx512_vl}) || !has_all(saved, {5, 6, 7}))
        return Level::avx2;
    constexpr int amx_bfloat16 = 22, amx_tile = 24;
    if (!has_all(d, {amx_bfloat16, amx_tile}) || !has_all(saved, {17, 18}) ||
        !may_use_matrix_units())
        return Level::avx512;
    return Level::amx;
}

#else

Level highest_here() {
    return Level::baseline;
}

#endif

void fill(Kernels& table) {
#if defined(__x86_64__)
    switch (table.level) {
        case Level::baseline:
            break;
        case Level::avx2:
            return at_avx2::fill(table);
        case Level::avx512:
            return at_avx512::fill(table);
        case Level::amx:
            return at_amx::fill(table);
    }
#endif
    at_baseline::fill(table);
}

// Of one of levels_here().
const Kernels& table_of(Level level) {
    static const std::vector<Kernels> tables = [] {
        std::vector<Kernels> all;
        for (const Level here : levels_here()) {
            all.push_back({});
            all.back().level = here;
            fill(all.back());
        }
        return all;
    }();
    return tables.at(place_of(level));
}

// The table comes with its level, so that whoever sees one sees the other.
std::atomic<const Kernels*> current{nullptr};

const Kernels& chosen() {
    const char* wish = std::getenv("MUONSCOPE_LEVEL");
    const Kernels& table = table_of(level_named(wish ? wish : "", levels_here()));
    current = &table;
    return table;
}

}  // namespace

const char* level_name(Level level) {
    switch (level) {
        case Level::baseline:
            break;
        case Level::avx2:
            return "avx2";
        case Level::avx512:
            return "avx512";
        case Level::amx:
            return "amx";
    }
#if defined(__x86_64__)
    return "x86-64";
#else
    return "aarch64";
#endif
}

const std::vector<Level>& levels_here() {
    static const std::vector<Level> here = [] {
        const std::vector<Level> all{Level::baseline, Level::avx2, Level::avx512, Level::amx};
        return std::vector<Level>(all.begin(),
                                  std::find(all.begin(), all.end(), highest_here()) + 1);
    }();
    return here;
}

Level level_named(std::string_view wish, const std::vector<Level>& available) {
    if (wish.empty()) return available.back();
    std::string names;
    for (const Level level : available) {
        if (wish == level_name(level)) return level;
        names += (names.empty() ? "" : ", ") + std::string(level_name(level));
    }
    throw Error("MUONSCOPE_LEVEL",
                "\"" + std::string(wish.substr(0, 40)) + "\" is not a level of this processor",
                "it has " + names + "; leave it unset for the highest");
}

Level level() {
    return kernels().level;
}

const Kernels& kernels() {
    const Kernels* const table = current.load(std::memory_order_acquire);
    return table ? *table : chosen();
}

ScopedLevel::ScopedLevel(Level level) : before_(muonscope::level()) {
    current = &table_of(level);
}

ScopedLevel::~ScopedLevel() {
    current = &table_of(before_);
}

}  // namespace muonscope
