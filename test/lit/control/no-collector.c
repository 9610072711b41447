// Where glimpse was killed, or recording is switched off, a flush does not wait.
//
// RUN: rm -rf %t && mkdir -p %t/spool && cd %t && %gcc -fPIE -pie -I%include -finstrument-functions %s -o app
// RUN: env GLIMPSE_SPOOL_DIR=%t/spool %python %S/inputs/kill_collector.py %glimpse run -q ./app | FileCheck %s
// CHECK: flush 0, error 2, healthy 0, shutdown 0, error 2, soon
// RUN: %gcc -fPIE -pie -I%include -finstrument-functions %s -o linked %libglimpse -Wl,-rpath,$(dirname %libglimpse)
// RUN: echo | env GLIMPSE_ENABLED=0 ./linked | FileCheck %s --check-prefix=OFF
// OFF: flush 0, error 2, healthy 0, shutdown 0, error 2, soon
#include <glimpse/api.h>
#include <stdio.h>
#include <time.h>

extern glimpse_api glimpse_api_v1 __attribute__((weak));

int main(void) {
  printf("ready\n");
  fflush(stdout);
  getchar();
  const time_t begin = time(NULL);
  const glimpse_result flushed = glimpse_api_v1.flush(60000);
  printf("flush %u, error %u, healthy %u, ", flushed.ok, flushed.error, glimpse_api_v1.is_healthy());
  const glimpse_result shut = glimpse_api_v1.shutdown(60000);
  printf("shutdown %u, error %u, %s\n", shut.ok, shut.error, time(NULL) - begin < 20 ? "soon" : "late");
  return 0;
}
