// A child and its parent call step_child and step_parent whenever a line comes, one after the other. Writes the
// child's process id into the file `child`, says "ready", and "done" for each line.
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((noinline)) static void step_child(void) { __asm__ volatile(""); }
__attribute__((noinline)) static void step_parent(void) { __asm__ volatile(""); }

int main(void) {
  int to_child[2], to_parent[2];
  char line[64], byte = 0;
  if (pipe(to_child) != 0 || pipe(to_parent) != 0) return 1;
  const pid_t child = fork();
  if (child == 0) {
    close(to_child[1]);
    step_child();
    if (write(to_parent[1], &byte, 1) != 1) _exit(1);
    while (read(to_child[0], &byte, 1) == 1) {
      for (int i = 0; i < 10; ++i) step_child();
      if (write(to_parent[1], &byte, 1) != 1) _exit(1);
    }
    return 0;
  }
  close(to_child[0]);
  step_parent();
  if (read(to_parent[0], &byte, 1) != 1) return 1;
  FILE* const file = fopen("child", "w");
  fprintf(file, "%d", (int)child);
  fclose(file);
  printf("ready\n");
  fflush(stdout);
  while (fgets(line, sizeof line, stdin) != NULL) {
    for (int i = 0; i < 10; ++i) step_parent();
    if (write(to_child[1], &byte, 1) != 1 || read(to_parent[0], &byte, 1) != 1) return 1;
    printf("done\n");
    fflush(stdout);
  }
  close(to_child[1]);
  wait(NULL);
  return 0;
}
