#pragma once

#ifdef __SANITIZE_ADDRESS__
#include <dlfcn.h>
#endif

namespace muonscope::gui {

// So that what Mesa leaks at its end is still known by Mesa's name.
inline void keep_mesa_loaded() {
#ifdef __SANITIZE_ADDRESS__
    dlopen("libOSMesa.so.8", RTLD_NOW | RTLD_NODELETE);
#endif
}

}  // namespace muonscope::gui
