#pragma once

namespace muonscope {

// Whether a sanitizer watches: training is then some forty times as slow, and shorter runs show
// what it looks for.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

}  // namespace muonscope
