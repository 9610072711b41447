// Hooks that count, for bench/peers: the truth about how many events a run has. Written at the end of the process to
// the file that BENCH_COUNT names: "entries exits".
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

void __cyg_profile_func_enter(void* function, void* call_site);
void __cyg_profile_func_exit(void* function, void* call_site);

static atomic_ullong entries, exits;

void __cyg_profile_func_enter(void* function, void* call_site) {
  (void)function, (void)call_site;
  atomic_fetch_add_explicit(&entries, 1, memory_order_relaxed);
}

void __cyg_profile_func_exit(void* function, void* call_site) {
  (void)function, (void)call_site;
  atomic_fetch_add_explicit(&exits, 1, memory_order_relaxed);
}

__attribute__((destructor)) static void tell(void) {
  const char* path = getenv("BENCH_COUNT");
  FILE* file = path != NULL ? fopen(path, "w") : NULL;
  if (file == NULL) return;
  fprintf(file, "%llu %llu\n", entries, exits);
  fclose(file);
}
