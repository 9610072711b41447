// Part of plugins.c: of the same size as plugin_one.c, so that it comes to lie at the same address.
static volatile int sink;
__attribute__((noinline)) static int two_inner(int n) { return sink -= n; }
__attribute__((constructor)) static void two_loaded(void) { sink = 1; }
__attribute__((destructor)) static void two_unloaded(void) { sink = 0; }
int entry(int n) { return two_inner(n) + two_inner(n + 1); }
