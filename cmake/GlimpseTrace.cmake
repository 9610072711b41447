# glimpse_trace(TARGET [PRELOAD | STATIC])
#
# Compiles TARGET with the flags that make it traceable, for gcc and for Clang, and links libglimpse, so that running
# the program as it is writes a trace.
#   PRELOAD   links nothing: the program is traced when run by `glimpse run`
#   STATIC    links libglimpse.a instead of libglimpse.so
#
# Failure: an unknown target or option stops the configuration; another compiler gets a warning and no flags.
include("${CMAKE_CURRENT_LIST_DIR}/GlimpseFlags.cmake")

function(glimpse_trace target)
  cmake_parse_arguments(PARSE_ARGV 1 TRACE "PRELOAD;STATIC" "" "")
  if(NOT TARGET "${target}")
    message(FATAL_ERROR "glimpse_trace: no target is named ${target}")
  endif()
  if(TRACE_UNPARSED_ARGUMENTS OR (TRACE_PRELOAD AND TRACE_STATIC))
    message(FATAL_ERROR "glimpse_trace(${target}): expected PRELOAD or STATIC or nothing, got: ${ARGN}")
  endif()

  separate_arguments(gcc_flags UNIX_COMMAND "${GLIMPSE_GCC_FLAGS}")
  separate_arguments(clang_flags UNIX_COMMAND "${GLIMPSE_CLANG_FLAGS}")
  foreach(language C CXX)
    if(CMAKE_${language}_COMPILER_ID AND NOT CMAKE_${language}_COMPILER_ID MATCHES "^(GNU|Clang|IntelLLVM)$")
      message(WARNING "glimpse_trace(${target}): ${CMAKE_${language}_COMPILER_ID} is neither gcc nor Clang: not traced")
    endif()
    target_compile_options(${target} PRIVATE
      "$<$<COMPILE_LANG_AND_ID:${language},GNU>:${gcc_flags}>"
      "$<$<COMPILE_LANG_AND_ID:${language},Clang,IntelLLVM>:${clang_flags}>")
  endforeach()

  if(NOT TRACE_PRELOAD)
    set(library glimpse::glimpse)
    if(TRACE_STATIC)
      set(library glimpse::static)
    endif()
    # By property: target_link_libraries() would impose its own form, with or without keywords, on the target's other calls.
    set_property(TARGET ${target} APPEND PROPERTY LINK_LIBRARIES ${library})
    get_target_property(type ${target} TYPE)
    if(type MATCHES "STATIC_LIBRARY|OBJECT_LIBRARY")
      set_property(TARGET ${target} APPEND PROPERTY INTERFACE_LINK_LIBRARIES "$<LINK_ONLY:${library}>")
    endif()
  endif()
endfunction()
