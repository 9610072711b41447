// The C API's one question so far: which glimpse is this?
#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include "glimpse/version.h"

extern "C" __attribute__((visibility("default"))) const char* glimpse_version() { return GLIMPSE_VERSION; }

GLIMPSE_UNTRACED_END
