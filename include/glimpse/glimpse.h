/* What a program may ask libglimpse, from C or C++. To be traced it needs no header: the compiler's flags do that.
 *
 * Threads: every function may be called at any time, from any thread and from signal handlers.
 * Failure: none. A program that does not link libglimpse, but may run under `glimpse run`, asks the loader instead:
 *          dlsym(RTLD_DEFAULT, "glimpse_version") is null where it is not traced.
 */
#ifndef GLIMPSE_GLIMPSE_H
#define GLIMPSE_GLIMPSE_H

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library that is loaded, such as "0.1.0". It stays valid as long as the process lives. */
const char* glimpse_version(void);

#ifdef __cplusplus
}
#endif

#endif
