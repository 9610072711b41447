// Of plugins.test: traced; its calls say which of two libraries they are of.
#ifndef NAME
#define NAME(function) one_##function
#endif
static volatile int sink;
__attribute__((noinline)) static int NAME(inner)(int n) { return sink += n; }
__attribute__((constructor)) static void NAME(loaded)(void) { sink = 1; }
__attribute__((destructor)) static void NAME(unloaded)(void) { sink = 2; }
int entry(int n) { return NAME(inner)(n); }
