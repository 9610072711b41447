// Of around-main.cpp: a traced library that is initialised before the program and finished after it.
static volatile int sink;
#define NOINLINE __attribute__((noinline))
NOINLINE void library_init(void) { sink = 1; }
NOINLINE __attribute__((constructor)) void library_constructor(void) { sink = 2; }
NOINLINE int library(int n) { return sink += n; }
NOINLINE __attribute__((destructor)) void library_destructor(void) { sink = 3; }
NOINLINE void library_fini(void) { sink = 4; }
