# The flags that make a program traceable, once: the wrappers, glimpse_trace() and glimpse.pc take them from here.
#
# gcc: the list keeps the inline functions of the system and of gcc itself out; gcc compares by plain substring.
# Clang: the plain flag does not link where C++17 code uses std::string (LLVM issue 50742).
set(GLIMPSE_GCC_FLAGS "-finstrument-functions -finstrument-functions-exclude-file-list=/usr/include,/usr/lib/gcc")
set(GLIMPSE_CLANG_FLAGS "-finstrument-functions-after-inlining")
