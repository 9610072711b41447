/* Spans, logs and blocks from C. */
#include <glimpse/glimpse.h>
#include <stdio.h>

int main(void) {
  glimpse_span span;
  glimpse_block block;
  glimpse_span_start(&span, "steps");
  glimpse_span_set_int(&span, "count", 2);
  glimpse_span_set_text(&span, "who", "C");
  glimpse_time_block_begin(&block, "first");
  glimpse_log(GLIMPSE_INFO, "one step");
  glimpse_time_block_end(&block);
  glimpse_span_set_status(&span, GLIMPSE_STATUS_OK, 0);
  glimpse_span_end(&span);
  return puts(glimpse_stats().error == GLIMPSE_NOT_LOADED ? "alone" : "traced") < 0;
}
