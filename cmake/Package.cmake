# cmake --install: the program, its menu entry and the licences of what it holds. cpack: a .deb that
# needs no more than the C and C++ runtimes; the window's libraries are opened when it starts.

install(TARGETS muonscope RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
foreach(name path IN ZIP_LISTS embedded_names embedded_paths)
    if(name MATCHES "^notices/(.*)$")
        install(FILES "${path}" DESTINATION "${CMAKE_INSTALL_DOCDIR}/notices" RENAME "${CMAKE_MATCH_1}")
    endif()
endforeach()
if(EXISTS "${PROJECT_SOURCE_DIR}/LICENSE")
    install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}" RENAME copyright)
endif()
if(MUONSCOPE_GUI)
    install(FILES cmake/muonscope.desktop DESTINATION "${CMAKE_INSTALL_DATADIR}/applications")
endif()

# The manual page and what makes shells complete, as the program itself prints them.
function(install_printed file)
    list(JOIN ARGN "\" \"" words)
    install(CODE "
        set(file \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/${file}\")
        cmake_path(GET file PARENT_PATH folder)
        file(MAKE_DIRECTORY \"\${folder}\")
        execute_process(COMMAND \"$<TARGET_FILE:muonscope>\" \"${words}\"
            OUTPUT_FILE \"\${file}\" COMMAND_ERROR_IS_FATAL ANY)")
endfunction()
if(NOT CMAKE_CROSSCOMPILING)
    install_printed(man/man1/muonscope.1 man)
    install_printed(bash-completion/completions/muonscope completions bash)
    install_printed(zsh/vendor-completions/_muonscope completions zsh)
    install_printed(fish/vendor_completions.d/muonscope.fish completions fish)
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME muonscope)
set(CPACK_PACKAGE_CONTACT "The Muonscope maintainers <maintainers@localhost>")
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libc6 (>= 2.36), libgcc-s1, libstdc++6 (>= 12)")
if(MUONSCOPE_GUI)
    # A window needs a driver and an X11 or Wayland client; a picture without a display needs OSMesa.
    set(CPACK_DEBIAN_PACKAGE_RECOMMENDS
        "libgl1, libgl1-mesa-dri, libx11-6, libxrandr2, libxinerama1, libxcursor1, libxi6, libxext6, libosmesa6")
endif()
include(CPack)
