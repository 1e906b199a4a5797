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

# Static too, where it is: the databases of studies.
find_library(SQLITE_STATIC NAMES libsqlite3.a)
find_path(SQLITE_INCLUDE sqlite3.h)
if(SQLITE_STATIC AND SQLITE_INCLUDE)
    add_library(muonscope_sqlite STATIC IMPORTED)
    set_target_properties(muonscope_sqlite PROPERTIES
        IMPORTED_LOCATION "${SQLITE_STATIC}" INTERFACE_INCLUDE_DIRECTORIES "${SQLITE_INCLUDE}"
        INTERFACE_LINK_LIBRARIES "${CMAKE_DL_LIBS};m;Threads::Threads")
else()
    find_package(SQLite3 REQUIRED)
    add_library(muonscope_sqlite INTERFACE IMPORTED)
    target_link_libraries(muonscope_sqlite INTERFACE SQLite::SQLite3)
endif()

if(MUONSCOPE_GUI)
    include(GuiDependencies)
endif()
