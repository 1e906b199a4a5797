# Programs that libFuzzer feeds with bytes: one a file of tests/fuzz. Clang alone has it: the preset `fuzz`.

# fuzzed(name library… [WITH source…]): what it is linked with, and what is compiled for it of a library that
# it does not need as a whole.
function(fuzzed name)
    cmake_parse_arguments(PARSE_ARGV 1 fuzzed "" "" "WITH")
    add_executable(fuzz_${name} tests/fuzz/${name}.cpp ${fuzzed_WITH})
    target_link_libraries(fuzz_${name} PRIVATE muonscope_compiler ${fuzzed_UNPARSED_ARGUMENTS})
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
endfunction()

foreach(name IN ITEMS edits gguf npy npz safetensors token_table tokeniser)
    fuzzed(${name} muonscope_weights)
endforeach()
fuzzed(csv muonscope_formats)
fuzzed(spec muonscope_documents)
fuzzed(session muonscope_documents)
fuzzed(ghost_csv muonscope_documents)
fuzzed(setting muonscope_documents)
fuzzed(set muonscope_documents)
fuzzed(checkpoint muonscope_documents)
fuzzed(study muonscope_study)
fuzzed(until muonscope_documents WITH app/cli/stop_rule.cpp)

# Of the window its header alone, and Dear ImGui where it came from.
include(GuiDependencies)
fuzzed(layout muonscope_base imgui::imgui WITH app/gui/dock_layout_check.cpp)
fuzzed(preferences muonscope_formats imgui::imgui
    WITH app/gui/preferences.cpp app/gui/colour_map.cpp app/gui/dock_layout_check.cpp)

add_executable(fuzz_seeds tests/fuzz/seeds/documents.cpp)
target_link_libraries(fuzz_seeds PRIVATE muonscope_compiler muonscope_documents)

# A new file that is forgotten here would never run.
file(GLOB fuzz_sources CONFIGURE_DEPENDS tests/fuzz/*.cpp)
foreach(source IN LISTS fuzz_sources)
    get_filename_component(name "${source}" NAME_WE)
    if(NOT TARGET fuzz_${name})
        message(FATAL_ERROR "cmake/Fuzz.cmake does not say what fuzz_${name} is linked with.")
    endif()
endforeach()

# What computes reads no bytes of a file: it is not watched, which halves the time that all takes to compile.
get_property(computing DIRECTORY PROPERTY BUILDSYSTEM_TARGETS)
list(FILTER computing INCLUDE REGEX "^muonscope_(kernels_.*|linalg|random|measure)$")
foreach(target IN LISTS computing)
    set_target_properties(${target} PROPERTIES DISABLE_PRECOMPILE_HEADERS ON)
    target_compile_options(${target} PRIVATE -fno-sanitize=all)
endforeach()
