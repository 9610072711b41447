// A vfork child runs in its parent's memory, but its calls are its own: they neither appear in the parent nor disturb it.
//
// RUN: %{trace} %s --jq 'select(.record_type != "thread") | [.record_type, .stage, .function, .depth, .parent_call_id == null, .open_calls]'

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

NOINLINE void run(char* const* words) {
  execv(words[0], words);
  _exit(127);
}

NOINLINE int after(int x) {
  volatile char room[512];
  room[x] = 1;
  return room[x];
}

// CHECK:      ["process",null,null,null,true,null]
// CHECK-NEXT: ["log_entry","START","main",0,true,null]
// CHECK-NEXT: ["log_entry","START","spawn",1,false,null]
NOINLINE int spawn(char* const* words) {
  pid_t child = vfork();
  // CHECK-NEXT: ["process",null,null,null,true,null]
  // CHECK-NEXT: ["log_entry","START","run",0,true,null]
  // CHECK-NEXT: ["summary",null,null,null,true,1]
  if (child == 0) run(words);
  int status = 0;
  waitpid(child, &status, 0);
  // CHECK-NEXT: ["log_entry","START","after",2,false,null]
  // CHECK-NEXT: ["log_entry","END","after",2,false,null]
  return after(3) + status;
  // CHECK-NEXT: ["log_entry","END","spawn",1,false,null]
}

int main(void) {
  char* const words[] = {"/bin/true", NULL};
  printf("%d\n", spawn(words));
  return 0;
}
// CHECK-NEXT: ["log_entry","END","main",0,true,null]
// CHECK-NEXT: ["summary",null,null,null,true,0]
