# Several sources of a target may be compiled as one text, which takes half to two thirds of the time: what
# they include is compiled once for all. tests/setup/together.py says which can stand behind one another,
# when it is configured: who gives a source a name that another of its text has configures again.
set(MUONSCOPE_TOGETHER "" CACHE STRING "Targets with several sources a text: their names, or ALL")
set(MUONSCOPE_TOGETHER_MOST 12 CACHE STRING "The most sources of one text; more gain little")

if(MUONSCOPE_TOGETHER)
    find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
endif()

function(compile_together target)
    if(NOT MUONSCOPE_TOGETHER STREQUAL "ALL" AND NOT target IN_LIST MUONSCOPE_TOGETHER)
        return()
    endif()
    get_target_property(found ${target} SOURCES)
    list(FILTER found INCLUDE REGEX "${PROJECT_SOURCE_DIR}/.*[.]cpp$")
    execute_process(
        COMMAND ${Python3_EXECUTABLE} -B "${PROJECT_SOURCE_DIR}/tests/setup/together.py"
            ${MUONSCOPE_TOGETHER_MOST} ${found}
        OUTPUT_VARIABLE lines COMMAND_ERROR_IS_FATAL ANY)
    string(REPLACE "\n" ";" lines "${lines}")
    foreach(line IN LISTS lines)
        if(line MATCHES "^([0-9]+) (.+)$")
            set_property(SOURCE "${CMAKE_MATCH_2}" PROPERTY UNITY_GROUP "${target}_${CMAKE_MATCH_1}")
        endif()
    endforeach()
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()
