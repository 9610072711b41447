# glimpse_room(NAME SOURCES ... USES room ... LIBRARIES target ...)
#
# One room of the house: a static library `glimpse_NAME` whose headers are included as "NAME/file.h".
# USES names the rooms below it, and is the only way to reach their headers' targets.
function(glimpse_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  add_library(glimpse_${name} STATIC ${ROOM_SOURCES})
  target_include_directories(glimpse_${name} PUBLIC "${PROJECT_SOURCE_DIR}")
  foreach(room ${ROOM_USES})
    target_link_libraries(glimpse_${name} PUBLIC glimpse_${room})
  endforeach()
  target_link_libraries(glimpse_${name} PUBLIC ${ROOM_LIBRARIES})
  glimpse_compile_settings(glimpse_${name})
endfunction()

# Warnings as errors at a desk and in CI, and never our own hooks in our own code.
function(glimpse_compile_settings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wno-missing-field-initializers -Werror)
  # gcc 12 at -O3 sees overlaps in std::string::replace that cannot be (gcc bug 105651).
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
  if(GLIMPSE_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${GLIMPSE_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${GLIMPSE_SANITIZE})
  endif()
endfunction()

# For code inside the user's process: always optimised, no C++ library, no calls that the compiler invents, never traced.
function(glimpse_runtime_settings target)
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/include")
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wno-missing-field-initializers -Werror
    -O2 -fPIC -fvisibility=hidden -fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-stack-protector -fno-builtin
    -fasynchronous-unwind-tables -fno-lto -ftls-model=initial-exec)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -fno-instrument-functions -fno-tree-loop-distribute-patterns)
  endif()
endfunction()
