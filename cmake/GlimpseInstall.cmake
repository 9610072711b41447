# What an installation holds besides the command (installed by cli/) and the wrappers (by scripts/): the library in both
# forms, its headers, and how CMake and pkg-config find them. Everything may be moved as a whole afterwards.
include(CMakePackageConfigHelpers)
include(GlimpseFlags)

set(glimpse_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/glimpse")

set_target_properties(glimpse_runtime_shared PROPERTIES EXPORT_NAME glimpse)
set_target_properties(glimpse_runtime_static PROPERTIES EXPORT_NAME static)
set_target_properties(glimpse_runtime_wrapped PROPERTIES EXPORT_NAME wrapped)
set_target_properties(glimpse_include PROPERTIES EXPORT_NAME headers)
install(TARGETS glimpse_runtime_shared glimpse_runtime_static glimpse_runtime_wrapped glimpse_include EXPORT glimpse
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(EXPORT glimpse FILE glimpseTargets.cmake NAMESPACE glimpse:: DESTINATION "${glimpse_package_dir}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/glimpse" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  FILES_MATCHING PATTERN "*.h" PATTERN "*.def")

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/glimpseConfig.cmake.in" "${PROJECT_BINARY_DIR}/glimpseConfig.cmake"
  INSTALL_DESTINATION "${glimpse_package_dir}" PATH_VARS CMAKE_INSTALL_BINDIR CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/glimpseConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/glimpseConfig.cmake" "${PROJECT_BINARY_DIR}/glimpseConfigVersion.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/GlimpseTrace.cmake" "${CMAKE_CURRENT_LIST_DIR}/GlimpseFlags.cmake"
  DESTINATION "${glimpse_package_dir}")

file(RELATIVE_PATH GLIMPSE_PREFIX_FROM_PKGCONFIG "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
configure_file("${CMAKE_CURRENT_LIST_DIR}/glimpse.pc.in" "${PROJECT_BINARY_DIR}/glimpse.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/glimpse.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
