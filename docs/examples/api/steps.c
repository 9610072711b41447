/* Spans, logs, blocks and control from C. */
#include <glimpse/glimpse.h>
#include <stdio.h>

static void work_for(const glimpse_context* context) {
  const glimpse_context before = glimpse_attach_context(context);
  glimpse_log(GLIMPSE_INFO, "one step");
  glimpse_attach_context(&before);
}

static const char* told(glimpse_result result) {
  return result.ok ? "done" : result.error == GLIMPSE_NOT_LOADED ? "alone" : "not possible";
}

int main(void) {
  glimpse_span span, later;
  glimpse_block block;
  glimpse_context context, nothing = {0};
  glimpse_field fields[5];
  fields[0] = glimpse_text_field("currency", "EUR");
  fields[1] = glimpse_int_field("change", -3);
  fields[2] = glimpse_uint_field("items", 2);
  fields[3] = glimpse_double_field("amount", 12.5);
  fields[4] = glimpse_bool_field("express", 1);

  glimpse_span_start(&span, "steps");
  glimpse_span_set_int(&span, "count", 2);
  glimpse_span_set_text(&span, "who", "C");
  glimpse_span_set_double(&span, "share", 0.5);
  glimpse_span_set_bool(&span, "first", 1);
  glimpse_span_set(&span, &fields[0]);
  glimpse_span_event(&span, "paid", fields, 5);
  context = glimpse_current_context();

  glimpse_time_block_begin(&block, "first");
  work_for(&context);
  glimpse_time_block_end(&block);
  glimpse_log_fields(GLIMPSE_WARNING, "slow", fields, 2);

  /* A trace of its own, which another thread might end. */
  glimpse_span_start_with(&later, "mail", GLIMPSE_SPAN_PRODUCER, &nothing);
  glimpse_span_detach(&later);
  glimpse_span_link(&later, &context);
  glimpse_span_rename(&later, "mail sent");
  glimpse_span_end(&later);

  glimpse_span_set_status(&span, GLIMPSE_STATUS_OK, 0);
  glimpse_span_end(&span);

  glimpse_install_signal_hook();
  glimpse_uninstall_signal_hook();
  printf("stop: %s, ", told(glimpse_stop()));
  printf("enabled: %d, ", glimpse_enabled());
  printf("start: %s\n", told(glimpse_start()));
  printf("snapshot: %s, ", told(glimpse_snapshot()));
  printf("flush: %s, healthy: %d\n", told(glimpse_flush(10000)), glimpse_is_healthy());
  puts(glimpse_stats().error == GLIMPSE_NOT_LOADED ? "alone" : "traced");
  printf("shutdown: %s\n", told(glimpse_shutdown(10000)));
  return 0;
}
