/* Marks in the source for single functions; they win over every policy.
 *
 *   GLIMPSE_TRACE     recorded whatever the policy says. Needs the Clang plugin (docs/plugin.md); nothing elsewhere
 *   GLIMPSE_NO_TRACE  never recorded: no hook is compiled in. gcc and Clang, with the plugin and without
 *
 * They stand before a function, a member function, a constructor, a template or a friend, on its declaration or its
 * definition; in a lambda directly behind the parameters:
 *
 *   GLIMPSE_TRACE void pay(int amount);
 *   auto quiet = [](int amount) GLIMPSE_NO_TRACE { return amount; };
 *
 * Clang without the plugin treats a lambda as the function around it. gcc wants the mark of a `mutable` lambda behind
 * that word, Clang before it. C99 and later, C++11 and later; nothing has to be linked. With other compilers they mean
 * nothing.
 */
#ifndef GLIMPSE_ATTRIBUTES_H
#define GLIMPSE_ATTRIBUTES_H

#if defined(__clang__)
#define GLIMPSE_TRACE __attribute__((annotate("glimpse::trace")))
#define GLIMPSE_NO_TRACE __attribute__((annotate("glimpse::no_trace"), no_instrument_function))
#elif defined(__GNUC__)
#define GLIMPSE_TRACE
#define GLIMPSE_NO_TRACE __attribute__((no_instrument_function))
#else
#define GLIMPSE_TRACE
#define GLIMPSE_NO_TRACE
#endif

#endif /* GLIMPSE_ATTRIBUTES_H */
