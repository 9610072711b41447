// What a C program says of a span comes out as one record, whichever way the library is in the process.
//
// RUN: %{trace} %s --levels=-O2 --ways run,so,a,static --jq 'select(.record_type == "span" or .record_type == "log") | [.record_type, .name // .message, .kind, .status, .status_message, .attributes, [.events[]?.name], .level, .tags, .line, .title]'
//
// CHECK:      ["log","went well",null,null,null,{"user":"otto","items":-7,"size":"18446744073709551615","ratio":0.5,"ok":true},[],"WARNING",["a","b"],33,"title"]
// CHECK-NEXT: ["span","query","client","error","no such row",null,["retry"],null,null,null,null]
// CHECK-NEXT: ["span","POST /orders","server",null,null,{"user":"otto","items":-7,"size":"18446744073709551615","ratio":0.5,"ok":true},[],null,null,null,null]
// CHECK-NOT: {{.}}
#include <glimpse/program.h>
#include <string.h>

static glimpse_text text(const char* value) {
  const glimpse_text made = {value, strlen(value)};
  return made;
}

int main(void) {
  glimpse_api* api = glimpse_recording_api();
  if (!api) return 1;
  const glimpse_field fields[5] = {{text("user"), GLIMPSE_VALUE_TEXT, 0, {.text = text("otto")}},
                                   {text("items"), GLIMPSE_VALUE_INT, 0, {.signed_number = -7}},
                                   {text("size"), GLIMPSE_VALUE_UINT, 0, {.unsigned_number = ~0ull}},
                                   {text("ratio"), GLIMPSE_VALUE_DOUBLE, 0, {.real = 0.5}},
                                   {text("ok"), GLIMPSE_VALUE_BOOL, 0, {.boolean = 1}}};
  glimpse_context request, query, before;
  api->span_start(&request, text("POST"), GLIMPSE_SPAN_SERVER, NULL);
  api->attach_context(&request, &before);
  api->span_set(&request, fields, 2);
  api->span_start(&query, text("query"), GLIMPSE_SPAN_CLIENT, NULL);
  api->span_event(&query, text("retry"), fields, 5);
  const glimpse_log_record record = {.level = GLIMPSE_WARNING,
                                     .line = 33,
                                     .message = text("went well"),
                                     .title = text("title"),
                                     .tags = text("a,b"),
                                     .ttl_seconds = -1,
                                     .fields = fields,
                                     .field_count = 5};
  api->log(&record);
  api->span_status(&query, GLIMPSE_STATUS_ERROR, text("no such row"));
  api->span_end(&query);
  api->span_set(&request, fields + 2, 3);
  api->span_rename(&request, text("POST /orders"));
  api->attach_context(&before, NULL);
  api->span_end(&request);
  return 0;
}
