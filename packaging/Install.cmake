# What `cmake --install` and the Debian package contain. The units are installed but not enabled.
include(GNUInstallDirs)

set(ONLAN_UNIT_DIR "lib/systemd/system" CACHE STRING "Where systemd units go, below the prefix")
set(ONLAN_ZSH_DIR "${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions" CACHE STRING
    "Where zsh looks for completions, below the prefix (Debian's place; elsewhere: share/zsh/site-functions)")

install(TARGETS onlan RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
# Debian wants manual pages and changelogs compressed, and the same bytes from each build (gzip -n).
function(onlan_install_compressed file name folder)
  find_program(GZIP gzip REQUIRED)
  install(CODE "
    execute_process(COMMAND \"${GZIP}\" -9nc \"${PROJECT_SOURCE_DIR}/${file}\"
                    OUTPUT_FILE \"${PROJECT_BINARY_DIR}/packaging/${name}.gz\" COMMAND_ERROR_IS_FATAL ANY)")
  install(FILES "${PROJECT_BINARY_DIR}/packaging/${name}.gz" DESTINATION "${folder}")
endfunction()
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/packaging")
onlan_install_compressed(docs/man/onlan.8 onlan.8 "${CMAKE_INSTALL_MANDIR}/man8")
onlan_install_compressed(docs/man/onlan.yaml.5 onlan.yaml.5 "${CMAKE_INSTALL_MANDIR}/man5")
onlan_install_compressed(CHANGELOG.md changelog "${CMAKE_INSTALL_DOCDIR}")
install(FILES packaging/completions/onlan.bash RENAME onlan
        DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
install(FILES packaging/completions/onlan.zsh RENAME _onlan DESTINATION "${ONLAN_ZSH_DIR}")
install(FILES packaging/completions/onlan.fish DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
install(FILES packaging/onlan.yaml.example DESTINATION "${CMAKE_INSTALL_DOCDIR}/examples")
install(FILES packaging/copyright docs/configuration.md docs/explanation.md docs/guards.md docs/limitations.md
        DESTINATION "${CMAKE_INSTALL_DOCDIR}")

# The units name the program by its full path, which the prefix decides; that is known for sure only when
# installing (cmake --install --prefix, cpack).
foreach(unit IN ITEMS onlan-links.service onlan.service)
  install(CODE "
    file(READ \"${PROJECT_SOURCE_DIR}/packaging/systemd/${unit}\" text)
    string(REPLACE /usr/bin/onlan \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/onlan\" text \"\${text}\")
    file(WRITE \"${PROJECT_BINARY_DIR}/packaging/${unit}\" \"\${text}\")")
  install(FILES "${PROJECT_BINARY_DIR}/packaging/${unit}" DESTINATION "${ONLAN_UNIT_DIR}")
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_SET_DESTDIR ON) # so that CMAKE_INSTALL_PREFIX above is the prefix on the user's machine
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_NAME onlan)
set(CPACK_PACKAGE_VENDOR "onlan maintainers")
set(CPACK_PACKAGE_CONTACT "onlan maintainers <maintainers@onlan.example>")
set(CPACK_PACKAGE_HOMEPAGE_URL "https://onlan.example/")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Put Docker containers on the real LAN, reversibly")
set(CPACK_PACKAGE_DESCRIPTION
    "onlan gives Docker containers addresses of their own on the LAN that the host is on, by a second bridge and a
veth cable or by macvlan, together with the firewall rules that this needs. Everything it changes is written to
a journal first and can be taken away again.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS iptables)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "docker-ce | docker.io")
include(CPack)
