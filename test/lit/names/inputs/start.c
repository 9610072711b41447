// start unlinked|memfd PROGRAM ARGUMENT: runs a program whose file has no name any more, or never had one.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char** argv) {
  extern char** environ;
  int program = open(argv[2], O_RDONLY | O_CLOEXEC);
  if (program < 0) return 99;
  if (strcmp(argv[1], "unlinked") == 0) {
    unlink(argv[2]);
  } else {
    struct stat status;
    fstat(program, &status);
    const int memory = memfd_create("in-memory", MFD_CLOEXEC);
    if (sendfile(memory, program, NULL, (size_t)status.st_size) != status.st_size) return 98;
    program = memory;
  }
  fexecve(program, argv + 2, environ);
  perror("start");
  return 97;
}
