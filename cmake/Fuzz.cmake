# Programs that libFuzzer feeds with bytes: one a file of tests/fuzz. Clang alone has it: the preset `fuzz`.

sources(fuzz_sources tests/fuzz/*.cpp)
foreach(source IN LISTS fuzz_sources)
    get_filename_component(name "${source}" NAME_WE)
    add_executable(fuzz_${name} "${source}")
    target_link_libraries(fuzz_${name} PRIVATE muonscope_compiler muonscope_weights)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
endforeach()

# What computes reads no bytes of a file: it is not watched, which halves the time that all takes to compile.
get_property(computing DIRECTORY PROPERTY BUILDSYSTEM_TARGETS)
list(FILTER computing INCLUDE REGEX "^muonscope_(kernels_.*|linalg|random|measure)$")
foreach(target IN LISTS computing)
    set_target_properties(${target} PROPERTIES DISABLE_PRECOMPILE_HEADERS ON)
    target_compile_options(${target} PRIVATE -fno-sanitize=all)
endforeach()
# Clang 14 cannot compile coroutines with this check of functions' types.
foreach(target muonscope_llama muonscope_weights)
    set_target_properties(${target} PROPERTIES DISABLE_PRECOMPILE_HEADERS ON)
    target_compile_options(${target} PRIVATE -fno-sanitize=function)
endforeach()
