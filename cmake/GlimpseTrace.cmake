# glimpse_trace(TARGET [PRELOAD | STATIC] [PLUGIN ON | OFF | FILE] [MODE filter | native] [POLICY FILE])
#
# Compiles TARGET with the flags that make it traceable, for gcc and for Clang, and links libglimpse, so that running
# the program as it is writes a trace.
#   PRELOAD   links nothing: the program is traced when run by `glimpse run`
#   STATIC    links libglimpse.a instead of libglimpse.so
# A Clang that a plugin is installed for applies the policy while compiling; gcc never does.
#   PLUGIN    OFF: plain hooks, as gcc has them; a file: this plugin. Without it, the plugin where there is one
#   MODE      filter (default): excluded functions have no hooks; native: glimpse's own instrumentation
#   POLICY    the policy; else $GLIMPSE_POLICY, else the nearest glimpse-policy.json from each source file upwards
#
# Failure: an unknown target or option stops the configuration; so does PLUGIN ON where no plugin is installed for the
# Clang in use. Another compiler gets a warning and no flags.
include("${CMAKE_CURRENT_LIST_DIR}/GlimpseFlags.cmake")

function(glimpse_trace target)
  cmake_parse_arguments(PARSE_ARGV 1 TRACE "PRELOAD;STATIC" "PLUGIN;MODE;POLICY" "")
  if(NOT TARGET "${target}")
    message(FATAL_ERROR "glimpse_trace: no target is named ${target}")
  endif()
  if(TRACE_UNPARSED_ARGUMENTS OR TRACE_KEYWORDS_MISSING_VALUES OR (TRACE_PRELOAD AND TRACE_STATIC))
    message(FATAL_ERROR "glimpse_trace(${target}): expected PRELOAD or STATIC or nothing, then PLUGIN, MODE and POLICY with their values; got: ${ARGN}")
  endif()
  if(TRACE_MODE AND NOT TRACE_MODE MATCHES "^(filter|native)$")
    message(FATAL_ERROR "glimpse_trace(${target}): MODE must be filter or native, got: ${TRACE_MODE}")
  endif()

  separate_arguments(gcc_flags UNIX_COMMAND "${GLIMPSE_GCC_FLAGS}")
  foreach(language C CXX)
    if(CMAKE_${language}_COMPILER_ID AND NOT CMAKE_${language}_COMPILER_ID MATCHES "^(GNU|Clang|IntelLLVM)$")
      message(WARNING "glimpse_trace(${target}): ${CMAKE_${language}_COMPILER_ID} is neither gcc nor Clang: not traced")
    endif()
    _glimpse_clang_flags(clang_flags ${language} ${target})
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

# The flags for a Clang that compiles `language`; reads the caller's TRACE_ arguments.
function(_glimpse_clang_flags result language target)
  separate_arguments(flags UNIX_COMMAND "${GLIMPSE_CLANG_FLAGS}")
  set(plugin "")
  if(TRACE_PLUGIN AND NOT TRACE_PLUGIN MATCHES "^(ON|TRUE|YES|1)$")
    get_filename_component(plugin "${TRACE_PLUGIN}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
    if(NOT EXISTS "${plugin}")
      message(FATAL_ERROR "glimpse_trace(${target}): PLUGIN ${plugin}: no such file")
    endif()
  elseif(NOT DEFINED TRACE_PLUGIN OR TRACE_PLUGIN)
    set(id "${CMAKE_${language}_COMPILER_ID}")
    string(REGEX MATCH "^[0-9]+" version "${CMAKE_${language}_COMPILER_VERSION}")
    if(id STREQUAL "Clang" AND EXISTS "${GLIMPSE_PLUGIN_DIR}/GlimpsePlugin-${version}.so")
      set(plugin "${GLIMPSE_PLUGIN_DIR}/GlimpsePlugin-${version}.so")
    elseif(TRACE_PLUGIN AND id)
      message(FATAL_ERROR "glimpse_trace(${target}): PLUGIN ON: no plugin is installed for ${id} ${version}")
    endif()
  endif()
  if(plugin)
    separate_arguments(flags UNIX_COMMAND "${GLIMPSE_CLANG_PLUGIN_FLAGS}")
    list(APPEND flags "-fplugin=${plugin}")
    if(TRACE_MODE)
      list(APPEND flags "-fplugin-arg-glimpse-mode=${TRACE_MODE}")
    endif()
    if(TRACE_POLICY)
      get_filename_component(policy "${TRACE_POLICY}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
      list(APPEND flags "-fplugin-arg-glimpse-policy=${policy}")
    endif()
  endif()
  set(${result} "${flags}" PARENT_SCOPE)
endfunction()
