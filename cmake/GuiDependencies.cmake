# Dear ImGui, GLFW, glad, libpng and the fonts.

set(MUONSCOPE_DEPS "${PROJECT_SOURCE_DIR}/build/deps" CACHE PATH "What cmake/fetch_deps.sh fetched")
find_program(BASH bash REQUIRED)

find_package(imgui CONFIG QUIET)
find_package(glfw3 3.4 CONFIG QUIET)
if(imgui_FOUND AND glfw3_FOUND)
    set(without --without-imgui)
else()
    set(without "")
endif()

# The wheels: cheap to ask when nothing is missing, and honest about what is when something is.
execute_process(COMMAND "${BASH}" "${PROJECT_SOURCE_DIR}/cmake/fetch_deps.sh" "${MUONSCOPE_DEPS}" ${without}
    RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(failed)
    message(FATAL_ERROR "Could not fetch the pinned packages of cmake/requirements.txt into "
        "${MUONSCOPE_DEPS}:\n${said}\nInstall python3-venv and run cmake/fetch_deps.sh, or "
        "configure with -DMUONSCOPE_GUI=OFF to build without the window.")
endif()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
    "${PROJECT_SOURCE_DIR}/cmake/requirements.txt" "${PROJECT_SOURCE_DIR}/cmake/fetch_deps.sh")

if(NOT without)
    # Both from the wheel or none: they are compiled against each other.
    set(wheel "${MUONSCOPE_DEPS}/imgui/install")
    foreach(target IN ITEMS imgui::imgui glfw)
        if(TARGET ${target})
            message(FATAL_ERROR "Found only one of imgui and glfw3 (>= 3.4) installed "
                "(${target}). Install both or none.")
        endif()
    endforeach()
    add_library(glfw STATIC IMPORTED)
    set_target_properties(glfw PROPERTIES
        IMPORTED_LOCATION "${wheel}/lib/libglfw3.a"
        INTERFACE_INCLUDE_DIRECTORIES "${wheel}/include"
        INTERFACE_COMPILE_DEFINITIONS GLFW_INCLUDE_NONE
        INTERFACE_LINK_LIBRARIES "Threads::Threads;m;${CMAKE_DL_LIBS}")
    add_library(imgui::imgui STATIC IMPORTED)
    set_target_properties(imgui::imgui PROPERTIES
        IMPORTED_LOCATION "${wheel}/lib/libimgui.a"
        INTERFACE_INCLUDE_DIRECTORIES "${wheel}/include"
        INTERFACE_LINK_LIBRARIES glfw)
    message(STATUS "Dear ImGui and GLFW from ${wheel}")
endif()

add_library(glad STATIC "${MUONSCOPE_DEPS}/glad/src/gl.c")
target_include_directories(glad SYSTEM PUBLIC "${MUONSCOPE_DEPS}/glad/include")

# Static, so that the program starts where only libc, libstdc++ and a GL driver are installed.
find_library(PNG_STATIC NAMES libpng16.a libpng.a)
find_path(PNG_INCLUDE png.h)
if(PNG_STATIC AND PNG_INCLUDE)
    # Imported, so that what it needs of zlib stands behind it when the program is linked.
    add_library(muonscope_png STATIC IMPORTED)
    set_target_properties(muonscope_png PROPERTIES
        IMPORTED_LOCATION "${PNG_STATIC}" INTERFACE_INCLUDE_DIRECTORIES "${PNG_INCLUDE}"
        INTERFACE_LINK_LIBRARIES "muonscope_zlib;m")
else()
    find_package(PNG REQUIRED)
    add_library(muonscope_png INTERFACE IMPORTED)
    target_link_libraries(muonscope_png INTERFACE PNG::PNG)
endif()
