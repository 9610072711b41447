// Where nothing is to be recorded the first call says so, and nothing is said any more; contexts still go round.
//
// RUN: %gcc -O2 -I%include %s -o %t.app -L%build/lib -Wl,--no-as-needed -lglimpse -Wl,-rpath,%build/lib
// RUN: rm -rf %t.folder && mkdir %t.folder && cd %t.folder && env GLIMPSE_ENABLED=0 %t.app && not ls *.jsonl
// RUN: %gcc -O2 -I%include %s -o %t.alone && not %t.alone
#include <glimpse/program.h>

int main(void) {
  glimpse_api* api = glimpse_recording_api();
  if (!api) return 1;
  glimpse_context span, now;
  const glimpse_context remote = {1, 2, 3, 1, 1, "a=b"};
  api->span_start(&span, (glimpse_text){"span", 4}, GLIMPSE_SPAN_INTERNAL, NULL);
  if (span.span_id != 0 || api->recording != 0 || glimpse_recording_api()) return 2;
  api->attach_context(&remote, NULL);
  api->current_context(&now);
  return now.span_id == 3 && now.trace_id_low == 2 && now.tracestate[0] == 'a' ? 0 : 3;
}
