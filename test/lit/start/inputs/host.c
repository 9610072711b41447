// Of plugins.test: untraced; loads each of its arguments, calls into it, and closes it. Says where they lay.
#include <dlfcn.h>
#include <stdio.h>

int main(int count, char** arguments) {
  void* first = NULL;
  for (int i = 1; i < count; ++i) {
    void* plugin = dlopen(arguments[i], RTLD_NOW | RTLD_LOCAL);
    if (plugin == NULL) return fprintf(stderr, "%s\n", dlerror()), 1;
    int (*entry)(int);
    *(void**)&entry = dlsym(plugin, "entry");
    if (first == NULL) first = *(void**)&entry;
    printf("%s ", first == *(void**)&entry ? "same place" : "elsewhere");
    entry(i);
    dlclose(plugin);
  }
  printf("\n");
  return 0;
}
