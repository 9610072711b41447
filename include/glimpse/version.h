/* Which glimpse is loaded. */
#ifndef GLIMPSE_VERSION_H
#define GLIMPSE_VERSION_H

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library that is loaded, such as "0.1.0". It stays valid as long as the process lives.
 *
 * A function of libglimpse itself: a program that calls it has to link the library. Any thread, signal handlers too. */
const char* glimpse_version(void);

#ifdef __cplusplus
}
#endif

#endif
