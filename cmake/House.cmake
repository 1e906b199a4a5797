# The house: one library a folder, linked with the folders that it may use and no other. Arrows point
# up this list. tests/setup/arrows.py holds every #include to the same lines, tests and app included.

# room(name [USES folder…]): core/<name>; what it uses is visible to whoever uses it.
function(room name)
    cmake_parse_arguments(PARSE_ARGV 1 room "" "" "USES;ALSO")
    sources(found core/${name}/*.cpp)
    list(FILTER found EXCLUDE REGEX "/kernels/(per_level|matrix_units)/|/fmt_source.cpp$")
    add_library(muonscope_${name} STATIC ${found} ${room_ALSO})
    compile_together(muonscope_${name})
    list(TRANSFORM room_USES PREPEND muonscope_)
    target_link_libraries(muonscope_${name} PUBLIC ${room_USES} PRIVATE muonscope_compiler)
    if(name STREQUAL base)
        target_precompile_headers(muonscope_base PRIVATE
            <Eigen/Dense> <fmt/format.h> <functional> <memory> <string> <vector>)
    else()
        target_precompile_headers(muonscope_${name} REUSE_FROM muonscope_base)
    endif()
endfunction()

room(base)
target_include_directories(muonscope_base PUBLIC "${PROJECT_SOURCE_DIR}")
# Products of matrices up to 256 x 256 pack their operands on the stack, 512 KB each: a step then
# takes no memory from the heap.
target_compile_definitions(muonscope_base PUBLIC
    EIGEN_DONT_PARALLELIZE EIGEN_STACK_ALLOCATION_LIMIT=1048576)
target_link_libraries(muonscope_base PUBLIC muonscope_program Eigen3::Eigen muonscope_fmt)

room(random USES base)
room(linalg USES base random ALSO ${kernel_objects})
room(formats USES base linalg)
target_link_libraries(muonscope_formats PUBLIC nlohmann_json::nlohmann_json PRIVATE muonscope_zlib)
room(llama USES base random linalg formats)
room(model USES base linalg)
room(optim USES base random linalg)
room(measure USES base random linalg)
room(theory USES base linalg)
room(weights USES base random linalg formats llama measure)
room(experiment USES base random linalg formats weights model optim measure theory)
room(session USES base linalg measure experiment)
target_link_libraries(muonscope_session PUBLIC Threads::Threads)
room(documents USES base linalg formats weights experiment session)
room(study USES base random linalg formats experiment session documents)
target_link_libraries(muonscope_study PRIVATE muonscope_sqlite)

# All of core, for who stands above it.
add_library(muonscope_core INTERFACE)
target_link_libraries(muonscope_core INTERFACE muonscope_documents muonscope_study muonscope_llama muonscope_weights)
