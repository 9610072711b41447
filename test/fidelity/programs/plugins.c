// Libraries opened, closed, and opened again where another one was. argv[1] and argv[2] are two plugins.
#include <dlfcn.h>
#include <stdio.h>

static volatile int sink;
__attribute__((noinline)) static int use(const char* path, int n) {
  void* plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!plugin) return fprintf(stderr, "%s\n", dlerror()), -1;
  int (*entry)(int);
  *(void**)&entry = dlsym(plugin, "entry");
  int result = entry(n);
  dlclose(plugin);
  sink += result;
  return result;
}

int main(int count, char** arguments) {
  int total = 0;
  for (int i = 0; i < 6; ++i) total += use(arguments[1 + i % (count - 1)], i);
  printf("%d\n", total);
  return 0;
}
