# The commit that a build is of, in one small source that is compiled again only when it changes: looked
# up at every build, or when run as a script: cmake -D source=… -D file=… -D version=… -P Commit.cmake

if(NOT CMAKE_SCRIPT_MODE_FILE)
    set(commit_source "${PROJECT_BINARY_DIR}/generated/program.cpp")
    add_custom_target(muonscope_commit
        COMMAND "${CMAKE_COMMAND}" -D "source=${PROJECT_SOURCE_DIR}" -D "file=${commit_source}"
            -D "version=${PROJECT_VERSION}" -P "${CMAKE_CURRENT_LIST_FILE}"
        BYPRODUCTS "${commit_source}"
        COMMENT "")
    add_library(muonscope_program STATIC "${commit_source}")
    target_include_directories(muonscope_program PRIVATE "${PROJECT_SOURCE_DIR}")
    target_link_libraries(muonscope_program PRIVATE muonscope_compiler)
    add_dependencies(muonscope_program muonscope_commit)
    return()
endif()

set(commit "unknown")
find_program(git git)
if(git)
    execute_process(COMMAND "${git}" -C "${source}" rev-parse --show-toplevel
        OUTPUT_VARIABLE top ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
    get_filename_component(here "${source}" REALPATH)
    # A copy of the sources below another repository is not that one's commit.
    if(top STREQUAL here)
        execute_process(COMMAND "${git}" -C "${source}" rev-parse --short=12 HEAD
            OUTPUT_VARIABLE found ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
        execute_process(COMMAND "${git}" -C "${source}" diff --quiet HEAD
            RESULT_VARIABLE changed ERROR_QUIET)
        if(found)
            set(commit "${found}")
            if(NOT changed EQUAL 0)
                string(APPEND commit " with changes")
            endif()
        endif()
    endif()
endif()
file(CONFIGURE OUTPUT "${file}" CONTENT [[
#include "core/base/program.h"

namespace muonscope {

const char* program_version() {
    return "@version@";
}

const char* program_commit() {
    return "@commit@";
}

}  // namespace muonscope
]] @ONLY)
