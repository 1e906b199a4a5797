# The kernels (core/linalg/kernels): the sources of per_level/ once for every level of processor that
# this architecture has, each with its own instructions and in a namespace of its own.

sources(kernel_sources core/linalg/kernels/per_level/*.cpp)
set(kernel_objects)

# Optimised in a debug build too, or its tests would take hours. Under a sanitizer what is unrolled
# takes minutes to compile, unless its checks are called.
set(kernel_speed -O3)
if(MUONSCOPE_SANITIZE)
    set(kernel_speed -O1)
    if(MUONSCOPE_SANITIZE MATCHES "address" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        list(APPEND kernel_speed --param=asan-instrumentation-with-call-threshold=0)
    endif()
endif()

function(add_kernels level)
    cmake_parse_arguments(PARSE_ARGV 1 kernels "" "" "SOURCES;OPTIONS")
    set(name muonscope_kernels_${level})
    add_library(${name} OBJECT ${kernels_SOURCES})
    target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${name} PRIVATE muonscope_compiler)
    target_compile_options(${name} PRIVATE ${kernel_speed} -fno-exceptions -Wno-psabi ${kernels_OPTIONS})
    target_compile_definitions(${name} PRIVATE MUONSCOPE_AT=at_${level})
    set(kernel_objects ${kernel_objects} $<TARGET_OBJECTS:${name}> PARENT_SCOPE)
endfunction()

add_kernels(baseline SOURCES ${kernel_sources})
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
    set(avx2 -mavx2 -mfma)
    set(avx512 ${avx2} -mavx512f -mavx512dq -mavx512bw -mavx512vl -mprefer-vector-width=512)
    sources(matrix_unit_sources core/linalg/kernels/matrix_units/*.cpp)
    add_kernels(avx2 SOURCES ${kernel_sources} OPTIONS ${avx2})
    add_kernels(avx512 SOURCES ${kernel_sources} OPTIONS ${avx512})
    add_kernels(amx SOURCES ${matrix_unit_sources} OPTIONS ${avx512} -mamx-tile -mamx-bf16)
endif()
