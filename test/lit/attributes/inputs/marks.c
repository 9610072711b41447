// Marked functions of C, before their definition, on it, and inline.
#include <glimpse/attributes.h>

GLIMPSE_NO_TRACE static int quiet(int a) { return a + 1; }
GLIMPSE_TRACE int loud(int a);
int loud(int a) { return quiet(a); }
static GLIMPSE_NO_TRACE inline int quiet_inline(int a) { return a; }
GLIMPSE_NO_TRACE int quiet_before(int a);
int quiet_before(int a) { return quiet_inline(a); }
int plain(int a) { return a; }

int main(void) { return loud(quiet_before(plain(0))) - 1; }
