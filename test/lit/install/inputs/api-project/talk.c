#include <glimpse/glimpse.h>
#include <stdio.h>

int main(void) {
  glimpse_span span;
  glimpse_block block;
  const glimpse_field by = glimpse_text_field("by", "thread");
  glimpse_span_start(&span, "talk");
  glimpse_span_set_int(&span, "items", 2);
  glimpse_time_block_begin(&block, "part[one]");
  glimpse_log_fields(GLIMPSE_INFO, "said 1", &by, 1);
  glimpse_time_block_end(&block);
  glimpse_span_end(&span);
  return puts(glimpse_flush(5000).ok ? "recorded" : "alone") < 0;
}
