# Where each library comes from: installed packages first, the pinned wheels below build/deps else.

find_package(Threads REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)

# Static, so that the program starts where only libc and libstdc++ are installed.
find_library(ZLIB_STATIC NAMES libz.a)
find_path(ZLIB_INCLUDE zlib.h)
if(ZLIB_STATIC AND ZLIB_INCLUDE)
    add_library(muonscope_zlib STATIC IMPORTED)
    set_target_properties(muonscope_zlib PROPERTIES
        IMPORTED_LOCATION "${ZLIB_STATIC}" INTERFACE_INCLUDE_DIRECTORIES "${ZLIB_INCLUDE}")
else()
    find_package(ZLIB REQUIRED)
    add_library(muonscope_zlib INTERFACE IMPORTED)
    target_link_libraries(muonscope_zlib INTERFACE ZLIB::ZLIB)
endif()

if(MUONSCOPE_GUI)
    include(GuiDependencies)
endif()
