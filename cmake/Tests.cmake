# One executable a folder of tests/, one ctest label each.

include(GoogleTest)
find_package(GTest QUIET)
if(NOT GTest_FOUND)
    message(STATUS "GoogleTest is not installed: building without tests")
    return()
endif()

# Tests whose name begins with Long/ stand under the label `long` alone: seconds or a minute where
# the program is optimised, too long under a sanitizer.
macro(discover folder filter label timeout)
    gtest_discover_tests(test_${folder} TEST_PREFIX ${folder}. TEST_FILTER "${filter}"
        DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 WORKING_DIRECTORY "${PROJECT_BINARY_DIR}"
        PROPERTIES LABELS ${label} TIMEOUT ${timeout})
endmacro()

add_library(muonscope_jacobi_svd STATIC tests/jacobi_svd.cpp)
target_link_libraries(muonscope_jacobi_svd PRIVATE muonscope_compiler muonscope_base)

function(add_test_folder folder timeout)
    sources(found tests/${folder}/*.cpp)
    if(folder STREQUAL "gui" AND MUONSCOPE_SANITIZE STREQUAL "thread")
        # Those whose panels work on threads, with what all tests of panels share.
        list(FILTER found INCLUDE REGEX "/(application|conditioning|lab|paper_panels|random_matrices)_test.cpp$|/(drawing|harness|offscreen).cpp$")
    endif()
    if(NOT found)
        return()
    endif()
    add_executable(test_${folder} ${found} tests/sanitizer_defaults.cpp)  # relative: the same in each
    target_link_libraries(test_${folder} PRIVATE muonscope_compiler ${ARGN} muonscope_jacobi_svd GTest::gtest_main)
    compile_together(test_${folder})
    # They are compiled more often than run: what must be fast is what they test.
    target_compile_options(test_${folder} PRIVATE $<$<CONFIG:Release>:-O1>)
    # A third of the time to compile them under this sanitizer goes into two checks. What they test has both.
    if(MUONSCOPE_SANITIZE MATCHES "address" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        target_compile_options(test_${folder} PRIVATE -fno-sanitize-address-use-after-scope -fno-sanitize=vptr)
    endif()
    # Only where a path of this tree is asked for: the others compile alike in every tree, once.
    foreach(source IN LISTS found)
        file(STRINGS "${source}" asks REGEX "MUONSCOPE_(SOURCE_DIR|BINARY)" LIMIT_COUNT 1)
        if(asks)
            set_property(SOURCE "${source}" APPEND PROPERTY COMPILE_DEFINITIONS
                MUONSCOPE_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                MUONSCOPE_BINARY="${PROJECT_BINARY_DIR}/muonscope${CMAKE_EXECUTABLE_SUFFIX}")
        endif()
    endforeach()
    target_precompile_headers(test_${folder} PRIVATE
        <Eigen/Dense> <fmt/format.h> <gtest/gtest.h> <functional> <memory> <string> <vector>)
    if(folder STREQUAL "gui")
        target_precompile_headers(test_gui PRIVATE "${PROJECT_SOURCE_DIR}/tests/gui/harness.h")
    endif()
    # The tests' names may meet in two folders; ctest wants them once. They are listed when ctest
    # starts and not when they are linked, so that a program that cannot start does not stop a build.
    discover(${folder} "-Long/*" ${folder} ${timeout})
    discover(${folder} "Long/*" long 1200)
endfunction()

add_test_folder(core 120 muonscope_core)
add_test_folder(session 120 muonscope_core)
add_test_folder(cli 180 muonscope_cli muonscope_sqlite)
if(MUONSCOPE_GUI)
    add_test_folder(gui 180 muonscope_gui)
endif()
if(TARGET test_cli AND TARGET muonscope)
    add_dependencies(test_cli muonscope)  # it starts the program
endif()

if(TARGET muonscope AND CMAKE_BUILD_TYPE STREQUAL "Release")
    add_test(NAME core.kernels_stand_alone
        COMMAND "${PROJECT_SOURCE_DIR}/tests/setup/kernels_stand_alone.sh"
            $<TARGET_FILE:muonscope> ${kernel_objects}
        COMMAND_EXPAND_LISTS)
    set_tests_properties(core.kernels_stand_alone PROPERTIES LABELS core TIMEOUT 120)
    # Skips, and says why, where there is no Slurm.
    add_test(NAME long.slurm_array
        COMMAND "${PROJECT_SOURCE_DIR}/tests/setup/slurm_array.sh" $<TARGET_FILE:muonscope>)
    set_tests_properties(long.slurm_array PROPERTIES LABELS long TIMEOUT 300 SKIP_RETURN_CODE 77 RUN_SERIAL ON)
endif()

# The program as its users have it: scripts that start the executable.
if(MUONSCOPE_GUI AND TARGET muonscope)
    file(GLOB scripts CONFIGURE_DEPENDS
        "${PROJECT_SOURCE_DIR}/tests/e2e/test_*.py" "${PROJECT_SOURCE_DIR}/tests/e2e/test_*.sh")
    foreach(script IN LISTS scripts)
        get_filename_component(name "${script}" NAME_WE)
        add_test(NAME e2e.${name} COMMAND "${script}")
        # The longest begin first, so that none of them is waited for alone at the end.
        set_tests_properties(e2e.${name} PROPERTIES LABELS e2e TIMEOUT 300 COST 100
            ENVIRONMENT "MUONSCOPE=$<TARGET_FILE:muonscope>;PYTHONDONTWRITEBYTECODE=1")
    endforeach()
endif()

# What lasts long, is killed or lacks room, in a shortened form.
if(MUONSCOPE_GUI AND TARGET muonscope AND CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT MUONSCOPE_SANITIZE)
    add_executable(soak tests/soak/soak.cpp)
    target_link_libraries(soak PRIVATE muonscope_compiler muonscope_gui)
    target_compile_options(soak PRIVATE -O1)
    add_test(NAME e2e.soak_window COMMAND soak window 20000 60 4)
    add_test(NAME e2e.soak_kill COMMAND "${PROJECT_SOURCE_DIR}/tests/soak/kill.py" 6)
    add_test(NAME e2e.soak_hardships COMMAND "${PROJECT_SOURCE_DIR}/tests/soak/hardships.py")
    set_tests_properties(e2e.soak_window e2e.soak_kill e2e.soak_hardships PROPERTIES LABELS e2e TIMEOUT 300
        ENVIRONMENT "MUONSCOPE=$<TARGET_FILE:muonscope>;SOAK=$<TARGET_FILE:soak>;PYTHONDONTWRITEBYTECODE=1")
endif()

# Sentences with a number, each computed with the program. They hold texts, not memory, and would take
# a sanitized program a quarter of an hour.
if(TARGET muonscope AND NOT MUONSCOPE_SANITIZE)
    set(words "${PROJECT_SOURCE_DIR}/tests/words/test_words.py")
    add_test(NAME words.numbers COMMAND "${words}")
    add_test(NAME words.numbers_of_many_seeds COMMAND "${words}" --long)
    set_tests_properties(words.numbers words.numbers_of_many_seeds PROPERTIES
        ENVIRONMENT "MUONSCOPE=$<TARGET_FILE:muonscope>;PYTHONDONTWRITEBYTECODE=1")
    set_tests_properties(words.numbers PROPERTIES LABELS cli TIMEOUT 600 COST 80)
    set_tests_properties(words.numbers_of_many_seeds PROPERTIES LABELS long TIMEOUT 1200 COST 120)
endif()

sources(bench_sources tests/bench/*.cpp)
if(NOT MUONSCOPE_GUI)
    list(FILTER bench_sources EXCLUDE REGEX "/ui_bench.cpp$")
endif()
find_package(benchmark QUIET)
if(bench_sources AND benchmark_FOUND)
    add_executable(bench ${bench_sources})
    target_link_libraries(bench PRIVATE muonscope_compiler muonscope_cli benchmark::benchmark_main
        ${CMAKE_DL_LIBS})
endif()

# The list of faults that tests/mutation/plant.py plants follows the code, names that would meet in a text
# compiled of several sources are seen, and CI says at its end what failed.
find_package(Python3 3.11 COMPONENTS Interpreter QUIET)
if(Python3_FOUND)
    add_test(NAME mutation.list
        COMMAND Python3::Interpreter -B "${PROJECT_SOURCE_DIR}/tests/mutation/plant.py" --check)
    add_test(NAME setup.together
        COMMAND Python3::Interpreter -B "${PROJECT_SOURCE_DIR}/tests/setup/test_together.py")
    add_test(NAME setup.failures
        COMMAND Python3::Interpreter -B "${PROJECT_SOURCE_DIR}/tests/setup/test_failures.py")
    set_tests_properties(mutation.list setup.together setup.failures PROPERTIES LABELS core TIMEOUT 30)
endif()

