# Where nobody changes sources, several of a target are compiled as one text, which halves the time: what
# they include is compiled once for all. tests/setup/together.py says which can stand behind one another.
option(MUONSCOPE_TOGETHER "Compile several sources as one text; configure again after a change" OFF)

if(MUONSCOPE_TOGETHER)
    find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
endif()

function(compile_together target)
    if(NOT MUONSCOPE_TOGETHER)
        return()
    endif()
    get_target_property(found ${target} SOURCES)
    list(FILTER found INCLUDE REGEX "${PROJECT_SOURCE_DIR}/.*[.]cpp$")
    execute_process(COMMAND ${Python3_EXECUTABLE} -B "${PROJECT_SOURCE_DIR}/tests/setup/together.py" ${found}
        OUTPUT_VARIABLE lines COMMAND_ERROR_IS_FATAL ANY)
    string(REPLACE "\n" ";" lines "${lines}")
    foreach(line IN LISTS lines)
        if(line MATCHES "^([0-9]+) (.+)$")
            set_property(SOURCE "${CMAKE_MATCH_2}" PROPERTY UNITY_GROUP "${target}_${CMAKE_MATCH_1}")
        endif()
    endforeach()
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()
