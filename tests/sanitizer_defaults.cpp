// What the sanitizers' runtimes of a test are told; without a sanitizer nobody asks.

extern "C" {

// The drivers behind OpenGL leak, and are not ours.
const char* __lsan_default_suppressions();
const char* __lsan_default_suppressions() {
    return "leak:libGLX\n"
           "leak:libOSMesa\n"
           "leak:swrast_dri\n"
           "leak:libLLVM\n"
           "leak:libX11\n"
           "leak:libgallium\n";
}

// Its notes of where a driver keeps what belongs to a thread outlive the driver: it would look
// there.
const char* __lsan_default_options();
const char* __lsan_default_options() {
    return "print_suppressions=0:intercept_tls_get_addr=0";
}

const char* __ubsan_default_options();
const char* __ubsan_default_options() {
    return "print_stacktrace=1";
}

const char* __tsan_default_options();
const char* __tsan_default_options() {
    return "halt_on_error=1:second_deadlock_stack=1";
}
}
