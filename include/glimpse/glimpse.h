/* Spans, logs, blocks and control for C: small functions over the table of libglimpse (api.h). In C++ there are classes
 * as well: span.h, log.h, time_block.h, context.h, control.h. To be traced a program needs no header at all.
 *
 *   glimpse_span span;
 *   glimpse_span_start(&span, "checkout");
 *   glimpse_span_set_int(&span, "items", 3);
 *   …
 *   glimpse_span_end(&span);
 *
 * Without the library, or while nothing is recorded, each does nothing but two comparisons.
 *
 * Texts:    zero-terminated; null is the empty text. They are read before the function returns.
 * Threads:  any; those that need a thread's own state say so. Not from signal handlers, but for glimpse_snapshot(),
 *           glimpse_enabled() and glimpse_version().
 * Failure:  none, but for those that return a glimpse_result. `errno` stays as it is.
 */
#ifndef GLIMPSE_GLIMPSE_H
#define GLIMPSE_GLIMPSE_H

#include <string.h>

#include "glimpse/program.h"
#include "glimpse/version.h"

#ifdef __cplusplus
extern "C" {
#endif

GLIMPSE_UNTRACED static inline glimpse_text glimpse_text_of(const char* text) {
  glimpse_text made;
  made.data = text;
  made.bytes = text ? strlen(text) : 0;
  return made;
}

/* ---- Spans: something that begins, ends, and has a name and attributes of the program's own choice. */

/* Kept by the program from start to end, on whatever stack or heap. All zero: not started. */
typedef struct glimpse_span {
  glimpse_context context;
  glimpse_context previous; /* of the thread that started it */
  int started;
} glimpse_span;

/* Starts a span and makes it the calling thread's active one until its end. `kind` is one of glimpse_span_kind.
 * `parent` null: the active span; with trace id 0: none, a new trace begins. */
GLIMPSE_UNTRACED static inline void glimpse_span_start_with(glimpse_span* span, const char* name, uint32_t kind,
                                                            const glimpse_context* parent) {
  glimpse_api* const api = glimpse_recording_api();
  span->started = 0;
  if (!api) return;
  api->span_start(&span->context, glimpse_text_of(name), kind, parent);
  api->attach_context(&span->context, &span->previous);
  span->started = 1;
}

GLIMPSE_UNTRACED static inline void glimpse_span_start(glimpse_span* span, const char* name) {
  glimpse_span_start_with(span, name, GLIMPSE_SPAN_INTERNAL, GLIMPSE_NULL);
}

/* Takes the span from the thread that started it: what was active before is so again. The span goes on, and may be
 * ended by any thread. Only on the thread that started it. */
GLIMPSE_UNTRACED static inline void glimpse_span_detach(glimpse_span* span) {
  glimpse_context active;
  if (!span->started) return;
  glimpse_program_api->attach_context(&span->previous, &active);
  /* Not this one's turn: another is active here, and stays so. */
  if (active.span_id != span->context.span_id) glimpse_program_api->attach_context(&active, GLIMPSE_NULL);
}

/* Ends the span. On a thread where it is active, what was active before is so again. A second end does nothing. */
GLIMPSE_UNTRACED static inline void glimpse_span_end(glimpse_span* span) {
  if (!span->started) return;
  glimpse_span_detach(span);
  span->started = 0;
  glimpse_program_api->span_end(&span->context);
}

GLIMPSE_UNTRACED static inline void glimpse_span_set(const glimpse_span* span, const glimpse_field* field) {
  if (span->started) glimpse_program_api->span_set(&span->context, field, 1);
}

GLIMPSE_UNTRACED static inline glimpse_field glimpse_field_of(const char* key, enum glimpse_value_type type) {
  glimpse_field field;
  memset(&field, 0, sizeof field);
  field.key = glimpse_text_of(key);
  field.type = GLIMPSE_CAST(uint32_t, type);
  return field;
}
GLIMPSE_UNTRACED static inline glimpse_field glimpse_text_field(const char* key, const char* value) {
  glimpse_field field = glimpse_field_of(key, GLIMPSE_VALUE_TEXT);
  field.value.text = glimpse_text_of(value);
  return field;
}
GLIMPSE_UNTRACED static inline glimpse_field glimpse_int_field(const char* key, int64_t value) {
  glimpse_field field = glimpse_field_of(key, GLIMPSE_VALUE_INT);
  field.value.signed_number = value;
  return field;
}
GLIMPSE_UNTRACED static inline glimpse_field glimpse_uint_field(const char* key, uint64_t value) {
  glimpse_field field = glimpse_field_of(key, GLIMPSE_VALUE_UINT);
  field.value.unsigned_number = value;
  return field;
}
GLIMPSE_UNTRACED static inline glimpse_field glimpse_double_field(const char* key, double value) {
  glimpse_field field = glimpse_field_of(key, GLIMPSE_VALUE_DOUBLE);
  field.value.real = value;
  return field;
}
GLIMPSE_UNTRACED static inline glimpse_field glimpse_bool_field(const char* key, int value) {
  glimpse_field field = glimpse_field_of(key, GLIMPSE_VALUE_BOOL);
  field.value.boolean = value ? 1 : 0;
  return field;
}

GLIMPSE_UNTRACED static inline void glimpse_span_set_text(const glimpse_span* span, const char* key,
                                                          const char* value) {
  if (span->started) {
    const glimpse_field field = glimpse_text_field(key, value);
    glimpse_span_set(span, &field);
  }
}
GLIMPSE_UNTRACED static inline void glimpse_span_set_int(const glimpse_span* span, const char* key, int64_t value) {
  if (span->started) {
    const glimpse_field field = glimpse_int_field(key, value);
    glimpse_span_set(span, &field);
  }
}
GLIMPSE_UNTRACED static inline void glimpse_span_set_double(const glimpse_span* span, const char* key, double value) {
  if (span->started) {
    const glimpse_field field = glimpse_double_field(key, value);
    glimpse_span_set(span, &field);
  }
}
GLIMPSE_UNTRACED static inline void glimpse_span_set_bool(const glimpse_span* span, const char* key, int value) {
  if (span->started) {
    const glimpse_field field = glimpse_bool_field(key, value);
    glimpse_span_set(span, &field);
  }
}

GLIMPSE_UNTRACED static inline void glimpse_span_event(const glimpse_span* span, const char* name,
                                                       const glimpse_field* fields, size_t count) {
  if (span->started) glimpse_program_api->span_event(&span->context, glimpse_text_of(name), fields, count);
}
GLIMPSE_UNTRACED static inline void glimpse_span_link(const glimpse_span* span, const glimpse_context* to) {
  if (span->started) glimpse_program_api->span_link(&span->context, to, GLIMPSE_NULL, 0);
}
/* `status` is one of glimpse_span_status; the description is for errors. */
GLIMPSE_UNTRACED static inline void glimpse_span_set_status(const glimpse_span* span, enum glimpse_span_status status,
                                                            const char* description) {
  if (span->started) {
    glimpse_program_api->span_status(&span->context, GLIMPSE_CAST(uint32_t, status), glimpse_text_of(description));
  }
}
GLIMPSE_UNTRACED static inline void glimpse_span_rename(const glimpse_span* span, const char* name) {
  if (span->started) glimpse_program_api->span_rename(&span->context, glimpse_text_of(name));
}

/* ---- Context: which trace and span the calling thread works for. */

/* All zero where there is none. Its tracestate lives as long as the span it came from. */
GLIMPSE_UNTRACED static inline glimpse_context glimpse_current_context(void) {
  glimpse_context context;
  memset(&context, 0, sizeof context);
  if (glimpse_program_api) glimpse_program_api->current_context(&context);
  return context;
}

/* Makes `next` the calling thread's (null: none), and says what was before, to be attached again afterwards. */
GLIMPSE_UNTRACED static inline glimpse_context glimpse_attach_context(const glimpse_context* next) {
  glimpse_context previous;
  memset(&previous, 0, sizeof previous);
  if (glimpse_program_api) glimpse_program_api->attach_context(next, &previous);
  return previous;
}

/* ---- Logs. */

GLIMPSE_UNTRACED static inline void glimpse_log_fields(enum glimpse_level level, const char* message,
                                                       const glimpse_field* fields, size_t count) {
  glimpse_api* const api = glimpse_recording_api();
  glimpse_log_record record;
  if (!api) return;
  memset(&record, 0, sizeof record);
  record.level = GLIMPSE_CAST(uint32_t, level);
  record.message = glimpse_text_of(message);
  record.ttl_seconds = -1;
  record.fields = fields;
  record.field_count = count;
  api->log(&record);
}
GLIMPSE_UNTRACED static inline void glimpse_log(enum glimpse_level level, const char* message) {
  glimpse_log_fields(level, message, GLIMPSE_NULL, 0);
}

/* ---- Blocks: a part of a function, recorded as a call of its own. They begin and end on one thread, nested. */

GLIMPSE_UNTRACED static inline void glimpse_time_block_begin(glimpse_block* block, const char* name) {
  glimpse_api* const api = glimpse_recording_api();
  memset(block, 0, sizeof *block);
  if (!api) return;
  api->block_begin(block, glimpse_text_of(name), glimpse_text_of(GLIMPSE_NULL), glimpse_text_of(GLIMPSE_NULL), 0);
}
GLIMPSE_UNTRACED static inline void glimpse_time_block_end(glimpse_block* block) {
  /* All zero: it did not begin. */
  if (glimpse_program_api && (block->stack_pointer || block->opaque)) glimpse_program_api->block_end(block, 0);
}

/* ---- Control. `ok` is 0 and `error` GLIMPSE_NOT_LOADED where there is no library. */

GLIMPSE_UNTRACED static inline glimpse_result glimpse_not_loaded(void) {
  glimpse_result result;
  memset(&result, 0, sizeof result);
  result.error = GLIMPSE_NOT_LOADED;
  return result;
}

/* Recording of this process begins, or ends until the next start. Calls that are open stay so, and get their END. */
GLIMPSE_UNTRACED static inline glimpse_result glimpse_start(void) {
  glimpse_api* const api = glimpse_program_api;
  return GLIMPSE_API_HAS(api, start) && api->start ? api->start() : glimpse_not_loaded();
}
GLIMPSE_UNTRACED static inline glimpse_result glimpse_stop(void) {
  glimpse_api* const api = glimpse_program_api;
  return GLIMPSE_API_HAS(api, stop) && api->stop ? api->stop() : glimpse_not_loaded();
}
/* 1 while spans, logs and blocks are recorded. */
GLIMPSE_UNTRACED static inline int glimpse_enabled(void) { return glimpse_recording_api() ? 1 : 0; }

/* Waits until all that was recorded up to now is in the output, `timeout_ms` at most. */
GLIMPSE_UNTRACED static inline glimpse_result glimpse_flush(uint32_t timeout_ms) {
  glimpse_api* const api = glimpse_program_api;
  return GLIMPSE_API_HAS(api, flush) && api->flush ? api->flush(timeout_ms) : glimpse_not_loaded();
}
/* Flushes, and stops for good. A second one does nothing. */
GLIMPSE_UNTRACED static inline glimpse_result glimpse_shutdown(uint32_t timeout_ms) {
  glimpse_api* const api = glimpse_program_api;
  return GLIMPSE_API_HAS(api, shutdown) && api->shutdown ? api->shutdown(timeout_ms) : glimpse_not_loaded();
}
/* 1 while the collector lives and nothing was lost since the last question. */
GLIMPSE_UNTRACED static inline int glimpse_is_healthy(void) {
  glimpse_api* const api = glimpse_program_api;
  return GLIMPSE_API_HAS(api, is_healthy) && api->is_healthy && api->is_healthy() ? 1 : 0;
}
GLIMPSE_UNTRACED static inline glimpse_result glimpse_stats(void) {
  glimpse_api* const api = glimpse_program_api;
  return GLIMPSE_API_HAS(api, stats) && api->stats ? api->stats() : glimpse_not_loaded();
}
/* With GLIMPSE_OVERFLOW=flight: what the rings hold goes to the output now. */
GLIMPSE_UNTRACED static inline glimpse_result glimpse_snapshot(void) {
  glimpse_api* const api = glimpse_program_api;
  return GLIMPSE_API_HAS(api, snapshot) && api->snapshot ? api->snapshot() : glimpse_not_loaded();
}
/* Fatal signals are logged, and then do what they did before. */
GLIMPSE_UNTRACED static inline glimpse_result glimpse_install_signal_hook(void) {
  glimpse_api* const api = glimpse_program_api;
  return GLIMPSE_API_HAS(api, install_signal_hook) && api->install_signal_hook ? api->install_signal_hook()
                                                                               : glimpse_not_loaded();
}
GLIMPSE_UNTRACED static inline glimpse_result glimpse_uninstall_signal_hook(void) {
  glimpse_api* const api = glimpse_program_api;
  return GLIMPSE_API_HAS(api, uninstall_signal_hook) && api->uninstall_signal_hook ? api->uninstall_signal_hook()
                                                                                   : glimpse_not_loaded();
}

#ifdef __cplusplus
}
#endif

#endif
