# muonscope_embedded: files that live inside the program as read-only data, so that nothing is ever
# looked up in the current folder. The assembler's .incbin takes the bytes as they are, at once.
#
# Names: shaders/… and assets/… as in the repository, fonts/<file>, notices/<package>.txt

set(embedded_names "")
set(embedded_paths "")

function(embed name path)
    if(NOT EXISTS "${path}")
        message(FATAL_ERROR "Cannot embed ${name}: no file ${path}")
    endif()
    set(embedded_names ${embedded_names} "${name}" PARENT_SCOPE)
    set(embedded_paths ${embedded_paths} "${path}" PARENT_SCOPE)
endfunction()

file(GLOB_RECURSE repository_files CONFIGURE_DEPENDS
    "${PROJECT_SOURCE_DIR}/shaders/*.vert" "${PROJECT_SOURCE_DIR}/shaders/*.frag"
    "${PROJECT_SOURCE_DIR}/assets/*")
list(FILTER repository_files EXCLUDE REGEX "/assets/pictures/")  # the README's, not the program's
foreach(path IN LISTS repository_files)
    file(RELATIVE_PATH name "${PROJECT_SOURCE_DIR}" "${path}")
    embed("${name}" "${path}")
endforeach()

# Every library and font that is copied into the program comes with its licence: Debian's copyright
# file, or ours for what Debian does not have.
function(embed_notices)
    foreach(package IN LISTS ARGN)
        set(path "/usr/share/doc/${package}/copyright")
        if(EXISTS "${path}")
            embed("notices/${package}.txt" "${path}")
        else()
            message(WARNING "No ${path}: the program will not show the licence of ${package}")
        endif()
    endforeach()
    set(embedded_names ${embedded_names} PARENT_SCOPE)
    set(embedded_paths ${embedded_paths} PARENT_SCOPE)
endfunction()

embed_notices(libeigen3-dev libfmt-dev nlohmann-json3-dev libcli11-dev zlib1g-dev libsqlite3-dev)

if(MUONSCOPE_GUI)
    embed_notices(libpng-dev fonts-inter fonts-jetbrains-mono)
    foreach(package IN ITEMS bootstrap-icons dear-imgui glad glfw)
        embed(notices/${package}.txt "${PROJECT_SOURCE_DIR}/cmake/notices/${package}.txt")
    endforeach()
    set(MUONSCOPE_FONTS "/usr/share/fonts" CACHE PATH "Where the font packages lie")
    embed(fonts/Inter-Regular.otf "${MUONSCOPE_FONTS}/opentype/inter/Inter-Regular.otf")
    embed(fonts/Inter-SemiBold.otf "${MUONSCOPE_FONTS}/opentype/inter/Inter-SemiBold.otf")
    embed(fonts/JetBrainsMono-Regular.ttf "${MUONSCOPE_FONTS}/truetype/jetbrains-mono/JetBrainsMono-Regular.ttf")
    embed(fonts/bootstrap-icons.ttf "${MUONSCOPE_DEPS}/icons/bootstrap-icons.ttf")
endif()

# One label pair a file, and a table of them in C++.
set(assembly "    .section .rodata\n")
set(declarations "")
set(entries "")
set(index 0)
foreach(name path IN ZIP_LISTS embedded_names embedded_paths)
    string(APPEND assembly "    .balign 16\n"
        "    .globl muonscope_embedded_${index}_begin\nmuonscope_embedded_${index}_begin:\n"
        "    .incbin \"${path}\"\n"
        "    .globl muonscope_embedded_${index}_end\nmuonscope_embedded_${index}_end:\n"
        "    .byte 0\n")
    string(APPEND declarations
        "extern const unsigned char muonscope_embedded_${index}_begin[];\n"
        "extern const unsigned char muonscope_embedded_${index}_end[];\n")
    string(APPEND entries "        {\"${name}\", {muonscope_embedded_${index}_begin, muonscope_embedded_${index}_end}},\n")
    math(EXPR index "${index} + 1")
endforeach()
string(APPEND assembly "    .section .note.GNU-stack,\"\",%progbits\n")

set(embedded_dir "${PROJECT_BINARY_DIR}/embedded")
file(CONFIGURE OUTPUT "${embedded_dir}/bytes.S" CONTENT "${assembly}" @ONLY)
file(CONFIGURE OUTPUT "${embedded_dir}/table.cpp" @ONLY CONTENT [[
#include "embedded.h"

#include <array>
#include <stdexcept>
#include <string>

extern "C" {
@declarations@}

namespace muonscope::embedded {

std::span<const File> files() {
    static const std::array<File, @index@> table{{
@entries@    }};
    return table;
}

const File& file(std::string_view name) {
    for (const File& candidate : files())
        if (candidate.name == name) return candidate;
    throw std::out_of_range("no embedded file is named " + std::string(name));
}

std::string_view text(std::string_view name) {
    const auto bytes = file(name).bytes;
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace muonscope::embedded
]])
file(CONFIGURE OUTPUT "${embedded_dir}/include/embedded.h" @ONLY CONTENT [[
#pragma once

#include <span>
#include <string_view>

// Files that were built into the program: cmake/Embed.cmake lists them.
namespace muonscope::embedded {

struct File {
    std::string_view name;                  // shaders/…, assets/…, fonts/…, notices/…
    std::span<const unsigned char> bytes;   // followed by a zero byte that is not counted
};

std::span<const File> files();

// Throws std::out_of_range naming what was asked for.
const File& file(std::string_view name);
std::string_view text(std::string_view name);

}  // namespace muonscope::embedded
]])

add_library(muonscope_embedded STATIC "${embedded_dir}/bytes.S" "${embedded_dir}/table.cpp")
set_source_files_properties("${embedded_dir}/bytes.S" PROPERTIES OBJECT_DEPENDS "${embedded_paths}")
target_include_directories(muonscope_embedded PUBLIC "${embedded_dir}/include")
target_link_libraries(muonscope_embedded PRIVATE muonscope_compiler)
