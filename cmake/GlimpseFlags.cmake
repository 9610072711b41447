# The flags that make a program traceable, once: the wrappers, glimpse_trace(), glimpse.pc and the command's messages take
# them from here; test/house/flags.py keeps every page, script and test that spells them out in agreement.
#
# gcc: the list keeps the inline functions of the standard library out; gcc compares by plain substring.
# Clang: the plain flag does not link where C++17 code uses std::string (LLVM issue 50742).
set(GLIMPSE_GCC_FLAGS "-finstrument-functions -finstrument-functions-exclude-file-list=/usr/include")
# With the plugin Clang's plain flag is right: functions count before they are inlined, and what does not link has no hook.
set(GLIMPSE_CLANG_FLAGS "-finstrument-functions-after-inlining")
set(GLIMPSE_CLANG_PLUGIN_FLAGS "-finstrument-functions")
