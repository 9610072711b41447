// Part of plugins.c.
static volatile int sink;
__attribute__((noinline)) static int one_inner(int n) { return sink += n; }
__attribute__((constructor)) static void one_loaded(void) { sink = 1; }
__attribute__((destructor)) static void one_unloaded(void) { sink = 0; }
int entry(int n) { return one_inner(n) + one_inner(n + 1); }
