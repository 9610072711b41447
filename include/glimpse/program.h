/* How a program finds the table of libglimpse (api.h), or learns that there is none. Included by the other headers.
 *
 *   glimpse_program_api ──▶ glimpse_api_v1 of the library that is loaded, or null
 *
 * One variable in each binary, set before its constructors run: by the loader where the reference to the table is left
 * to it, else by a constructor that asks the loader (linkers settle weak references of programs that are not
 * position-independent, and with `glimpse run` the library is not there when they link).
 *
 * Threads: written before main, or while the binary is loaded; read by anybody.
 */
#ifndef GLIMPSE_PROGRAM_H
#define GLIMPSE_PROGRAM_H

#include "glimpse/api.h"

/* For glimpse's own functions in these headers: they are in nobody's trace. */
#if defined(__GNUC__)
#define GLIMPSE_UNTRACED __attribute__((no_instrument_function))
#else
#define GLIMPSE_UNTRACED
#endif
/* The check whether anything is recorded stands in the program's own code, whatever it is optimised for; what is done
 * where it is stands elsewhere. */
#define GLIMPSE_CHECKED GLIMPSE_UNTRACED __attribute__((always_inline)) inline
#define GLIMPSE_SAID GLIMPSE_UNTRACED __attribute__((noinline))

#ifdef __cplusplus
#define GLIMPSE_NULL nullptr
#define GLIMPSE_CAST(type, value) (static_cast<type>(value))
#else
#define GLIMPSE_NULL 0
#define GLIMPSE_CAST(type, value) ((type)(value))
#endif

#ifdef __cplusplus
extern "C" {
#endif

extern glimpse_api glimpse_api_v1 __attribute__((weak));

extern glimpse_api* glimpse_program_api __attribute__((weak, visibility("hidden")));
glimpse_api* glimpse_program_api = &glimpse_api_v1;

/* libc's dlsym, if the program has it: one that is linked statically has not. */
extern void* glimpse_program_dlsym(void* handle, const char* name) __asm__("dlsym") __attribute__((weak));

__attribute__((constructor(101))) GLIMPSE_UNTRACED static void glimpse_program_start(void) {
  if (!glimpse_program_api && glimpse_program_dlsym) {
    /* Null is RTLD_DEFAULT. */
    glimpse_program_api = GLIMPSE_CAST(glimpse_api*, glimpse_program_dlsym(GLIMPSE_NULL, "glimpse_api_v1"));
  }
}

/* The table while spans, logs and blocks are recorded, else null: that way lies straight ahead. */
GLIMPSE_UNTRACED static inline glimpse_api* glimpse_recording_api(void) {
  glimpse_api* const api = glimpse_program_api;
  return __builtin_expect(api && api->recording, 0) ? api : GLIMPSE_NULL;
}

#ifdef __cplusplus
}
#endif

/* Whether the library's table has `member`: older ones are shorter. */
#define GLIMPSE_API_HAS(api, member) ((api) && (api)->bytes >= offsetof(glimpse_api, member) + sizeof((api)->member))

#endif
