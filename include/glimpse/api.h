/* The table of functions that libglimpse offers to the program it is loaded into. Programs call glimpse.h instead.
 *
 *   program: glimpse_program_api ──▶ glimpse_api_v1 (libglimpse), or null where nothing traces
 *
 * A program that uses it links and runs without the library: the reference is weak. Where the linker settles weak
 * references for good (programs that are not position-independent, under `glimpse run`), a constructor asks the loader.
 *
 * Versions: members are only ever added at the end; `bytes` says how many the library has.
 * Texts:    not zero-terminated; null with 0 bytes is the empty text. Cut at GLIMPSE_MAX_FIELD_LENGTH.
 * Threads:  every function may be called at any time, from any thread; those that say so not from signal handlers.
 * Failure:  none is told to the caller but by those that return a glimpse_result. `errno` stays as it is.
 */
#ifndef GLIMPSE_API_H
#define GLIMPSE_API_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct glimpse_text {
  const char* data;
  size_t bytes;
} glimpse_text;

/* A trace and the span in it that new ones belong to, as W3C Trace Context has them. Trace id 0: none. */
typedef struct glimpse_context {
  uint64_t trace_id_high;
  uint64_t trace_id_low;
  uint64_t span_id;
  uint32_t flags;         /* trace-flags; 1: sampled */
  uint32_t remote;        /* 1: came from another process */
  const char* tracestate; /* zero-terminated, or null; lives as long as the context is used */
} glimpse_context;

enum glimpse_value_type {
  GLIMPSE_VALUE_TEXT = 0,
  GLIMPSE_VALUE_INT = 1,
  GLIMPSE_VALUE_UINT = 2,
  GLIMPSE_VALUE_DOUBLE = 3,
  GLIMPSE_VALUE_BOOL = 4
};

typedef struct glimpse_field {
  glimpse_text key;
  uint32_t type; /* of glimpse_value_type */
  uint32_t reserved;
  union {
    glimpse_text text;
    int64_t signed_number;
    uint64_t unsigned_number;
    double real;
    uint64_t boolean; /* 0 or 1 */
  } value;
} glimpse_field;

/* As OpenTelemetry numbers them. */
enum glimpse_span_kind {
  GLIMPSE_SPAN_INTERNAL = 1,
  GLIMPSE_SPAN_SERVER = 2,
  GLIMPSE_SPAN_CLIENT = 3,
  GLIMPSE_SPAN_PRODUCER = 4,
  GLIMPSE_SPAN_CONSUMER = 5
};
enum glimpse_span_status { GLIMPSE_STATUS_UNSET = 0, GLIMPSE_STATUS_OK = 1, GLIMPSE_STATUS_ERROR = 2 };

enum glimpse_level { GLIMPSE_DEBUG = 0, GLIMPSE_INFO = 1, GLIMPSE_WARNING = 2, GLIMPSE_ERROR = 3, GLIMPSE_FATAL = 4 };

typedef struct glimpse_log_record {
  uint32_t level; /* of glimpse_level */
  uint32_t line;  /* of the source; 0 where not known */
  glimpse_text message;
  glimpse_text title;
  glimpse_text tags; /* with commas between */
  glimpse_text file;
  glimpse_text exception_type;    /* mangled or not; empty: no exception */
  glimpse_text exception_message; /* what() */
  int64_t ttl_seconds;            /* how long readers should keep it; below 0: not said */
  const glimpse_field* fields;
  size_t field_count;
  uint32_t with_stack; /* 1: the frames of the caller */
  uint32_t reserved;
} glimpse_log_record;

/* A part of a function that is recorded as a call of its own. Kept by the caller, on its stack, from begin to end. */
typedef struct glimpse_block {
  uintptr_t stack_pointer;
  uint64_t opaque;
} glimpse_block;

enum glimpse_error {
  GLIMPSE_OK = 0,
  GLIMPSE_NOT_LOADED = 1,  /* libglimpse is not in this process */
  GLIMPSE_NOT_TRACED = 2,  /* it is, and cannot or may not record: GLIMPSE_ENABLED=0, no collector, shut down */
  GLIMPSE_TIMED_OUT = 3,   /* what was asked for goes on */
  GLIMPSE_NOT_POSSIBLE = 4 /* not in this mode, such as a snapshot without GLIMPSE_OVERFLOW=flight */
};

typedef struct glimpse_result {
  uint32_t ok;    /* 1: done */
  uint32_t error; /* of glimpse_error */
  /* Of this process, up to now: calls and blocks that the collector has made records of; words (8 bytes) in rings that
   * it has not read; calls lost. Spans and logs are not counted. */
  uint64_t accepted;
  uint64_t queued;
  uint64_t dropped;
} glimpse_result;

typedef struct glimpse_api {
  uint32_t bytes;              /* sizeof of the library's own table */
  volatile uint32_t recording; /* 0: spans, logs and blocks are not recorded now; the functions below do nothing */

  /* The active context of the calling thread; and another in its place. `next` null: none. `previous` may be null. */
  void (*current_context)(glimpse_context* context);
  void (*attach_context)(const glimpse_context* next, glimpse_context* previous);

  /* `span` becomes the new span's context, which is not attached. `parent` null: the active one; with trace id 0: the
   * span is the first of a new trace. */
  void (*span_start)(glimpse_context* span, glimpse_text name, uint32_t kind, const glimpse_context* parent);
  void (*span_set)(const glimpse_context* span, const glimpse_field* fields, size_t count);
  void (*span_event)(const glimpse_context* span, glimpse_text name, const glimpse_field* fields, size_t count);
  void (*span_link)(const glimpse_context* span, const glimpse_context* to, const glimpse_field* fields, size_t count);
  void (*span_status)(const glimpse_context* span, uint32_t status, glimpse_text description);
  void (*span_rename)(const glimpse_context* span, glimpse_text name);
  void (*span_end)(const glimpse_context* span);

  void (*log)(const glimpse_log_record* record);

  /* `label` and `file` may be empty. `unwound` 1: an exception leaves the block. */
  void (*block_begin)(glimpse_block* block, glimpse_text name, glimpse_text label, glimpse_text file, uint32_t line);
  void (*block_end)(glimpse_block* block, uint32_t unwound);

  /* Recording of this process begins or ends; calls that are open stay so, and get their END. */
  glimpse_result (*start)(void);
  glimpse_result (*stop)(void);
  /* Everything recorded up to now is in the output, or `timeout_ms` are over. Not from signal handlers. */
  glimpse_result (*flush)(uint32_t timeout_ms);
  /* flush(), then stop() for good. A second one does nothing. Not from signal handlers. */
  glimpse_result (*shutdown)(uint32_t timeout_ms);
  /* The collector lives, and nothing was lost since the last time anybody asked. */
  uint32_t (*is_healthy)(void);
  glimpse_result (*stats)(void);
  /* GLIMPSE_OVERFLOW=flight: what the rings hold goes to the output now. From signal handlers too. */
  glimpse_result (*snapshot)(void);

  /* Fatal signals (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS) are logged, level FATAL, and then do what
   * they did before. Installing twice is installing once. */
  glimpse_result (*install_signal_hook)(void);
  glimpse_result (*uninstall_signal_hook)(void);
} glimpse_api;

#ifdef __cplusplus
}
#endif

#endif
