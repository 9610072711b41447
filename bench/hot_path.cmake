# hot_path: the same small program under several hooks. bench/hot_path in the build folder runs them all.
set(hot_path_flags -O2 -fno-inline -fno-stack-protector -fno-optimize-sibling-calls)
add_executable(glimpse_bench_hot_path_program hot_path_program.c)
target_compile_options(glimpse_bench_hot_path_program PRIVATE ${hot_path_flags} -finstrument-functions)
add_executable(glimpse_bench_hot_path_plain hot_path_program.c)
target_compile_options(glimpse_bench_hot_path_plain PRIVATE ${hot_path_flags})
add_executable(glimpse_bench_hot_path_static hot_path_program.c)
target_compile_options(glimpse_bench_hot_path_static PRIVATE ${hot_path_flags} -finstrument-functions)
target_link_libraries(glimpse_bench_hot_path_static PRIVATE glimpse_runtime_static)
add_library(glimpse_bench_hot_path_noop SHARED hot_path_hooks.c)
add_library(glimpse_bench_hot_path_floor SHARED hot_path_hooks.c)
target_compile_definitions(glimpse_bench_hot_path_floor PRIVATE FLOOR)
foreach(part program plain static noop floor)
  set_target_properties(glimpse_bench_hot_path_${part} PROPERTIES OUTPUT_NAME hot_path_${part} C_STANDARD 11
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bench" LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bench")
endforeach()
foreach(part noop floor)
  target_compile_options(glimpse_bench_hot_path_${part} PRIVATE -O2)
endforeach()
add_custom_target(glimpse_bench_hot_path ALL
  DEPENDS glimpse_bench_hot_path_program glimpse_bench_hot_path_plain glimpse_bench_hot_path_static glimpse_bench_hot_path_noop glimpse_bench_hot_path_floor glimpse)

# Native mode, by the newest Clang that there is a plugin for, beside the same program by the same Clang without it.
if(GLIMPSE_PLUGIN_VERSIONS)
  list(GET GLIMPSE_PLUGIN_VERSIONS -1 version)
  find_program(GLIMPSE_BENCH_CLANG clang-${version})
endif()
if(GLIMPSE_BENCH_CLANG)
  set(program "${CMAKE_CURRENT_SOURCE_DIR}/hot_path_program.c")
  set(policy "${PROJECT_BINARY_DIR}/bench/hot_path_native.json")
  file(WRITE "${policy}" "{\"version\": \"1.0\", \"package_trees\": [\"*\"]}\n")
  add_custom_command(OUTPUT "${PROJECT_BINARY_DIR}/bench/hot_path_native" "${PROJECT_BINARY_DIR}/bench/hot_path_clang"
    COMMAND ${GLIMPSE_BENCH_CLANG} ${hot_path_flags} "${program}" -o "${PROJECT_BINARY_DIR}/bench/hot_path_clang"
    COMMAND ${GLIMPSE_BENCH_CLANG} ${hot_path_flags} -finstrument-functions -fplugin=$<TARGET_FILE:GlimpsePlugin-${version}>
      -fplugin-arg-glimpse-mode=native -fplugin-arg-glimpse-policy=${policy} "${program}" -o "${PROJECT_BINARY_DIR}/bench/hot_path_native"
    DEPENDS "${program}" GlimpsePlugin-${version} VERBATIM)
  add_custom_target(glimpse_bench_hot_path_native DEPENDS "${PROJECT_BINARY_DIR}/bench/hot_path_native")
  add_dependencies(glimpse_bench_hot_path glimpse_bench_hot_path_native)
endif()
file(WRITE "${PROJECT_BINARY_DIR}/bench/hot_path" "#!/bin/sh\nexec /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/hot_path.py --build ${PROJECT_BINARY_DIR} \"$@\"\n")
file(CHMOD "${PROJECT_BINARY_DIR}/bench/hot_path" PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
add_dependencies(glimpse_bench glimpse_bench_hot_path)
