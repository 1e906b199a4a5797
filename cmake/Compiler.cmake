# What every target of ours is compiled with: the language, the warnings, the processor, the sanitizers.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Release or Debug" FORCE)
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_C_COMPILER_LAUNCHER "${PROJECT_SOURCE_DIR}/cmake/ccache.sh" "${CCACHE}")
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_C_COMPILER_LAUNCHER})
endif()

add_library(muonscope_compiler INTERFACE)
target_compile_features(muonscope_compiler INTERFACE cxx_std_20)
target_compile_options(muonscope_compiler INTERFACE
    # What stands in another source of one text is shadowed by nothing in this one, and hidden from it by
    # nothing; Clang does not know the latter warning.
    -Wall -Wextra -Wpedantic $<$<NOT:$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>>:-Wshadow>
    $<$<AND:$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>,$<CXX_COMPILER_ID:GNU>>:-Wno-subobject-linkage>
    -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast
    -Wcast-align -Wunused -Wformat=2 -Wimplicit-fallthrough
    -Wconversion -Wno-sign-conversion
    $<$<BOOL:${MUONSCOPE_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(muonscope_compiler INTERFACE
        -Wduplicated-cond -Wlogical-op
        # GCC 12 reports these from inside Eigen's, the standard library's and its own AVX-512 code.
        -Wno-uninitialized -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow
        -Wno-stringop-overread -Wno-restrict -Wno-dangling-pointer -Wno-free-nonheap-object)
    if(CCACHE)
        # Keeps the precompiled header's name in the preprocessed text, which ccache reads.
        add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
    endif()
else()
    # Clang's precompiled headers hold the time of the source unless told otherwise.
    add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
endif()

# One build for every processor of the architecture, and every operation rounded as it is written: the
# same source gives the same bits anywhere. What must be fast is compiled for several levels of
# processor and chosen when the program starts (core/linalg/kernels).
add_compile_options($<$<COMPILE_LANGUAGE:C,CXX>:-ffp-contract=off>)
# A sanitizer sees only what it was compiled into.
if(MUONSCOPE_SANITIZE)
    add_compile_options(
        $<$<COMPILE_LANGUAGE:C,CXX>:-fsanitize=${MUONSCOPE_SANITIZE}>
        $<$<COMPILE_LANGUAGE:C,CXX>:-fno-sanitize-recover=all>
        $<$<COMPILE_LANGUAGE:C,CXX>:-fno-omit-frame-pointer>)
    if(MUONSCOPE_SANITIZE MATCHES "undefined" AND MUONSCOPE_SANITIZE MATCHES "address")
        # Of every address, whatever is done with it: half of the time to compile, for what the address
        # sanitizer says where such an address is used.
        add_compile_options(
            $<$<COMPILE_LANGUAGE:C,CXX>:-fno-sanitize=null,alignment,pointer-overflow,object-size>)
    endif()
    add_link_options(-fsanitize=${MUONSCOPE_SANITIZE})
    if(MUONSCOPE_SANITIZE MATCHES "undefined" AND CMAKE_CXX_COMPILER_ID MATCHES "Clang")
        # Clang 14 cannot compile coroutines with this check of functions' types.
        add_compile_options($<$<COMPILE_LANGUAGE:C,CXX>:-fno-sanitize=function>)
    endif()
    set(CMAKE_C_FLAGS_DEBUG "-O1 -g1")
    set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
    add_compile_definitions($<$<COMPILE_LANGUAGE:CXX>:_GLIBCXX_ASSERTIONS>)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -DNDEBUG")
# No path of this machine in what others are given.
add_compile_options(
    "$<$<AND:$<CONFIG:Release>,$<COMPILE_LANGUAGE:C,CXX>>:-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=>")
