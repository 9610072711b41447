// The table that programs call: include/glimpse/api.h.
#include "glimpse/api.h"

#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

extern "C" {

__attribute__((visibility("default"))) glimpse_api glimpse_api_v1 = {
    .bytes = sizeof(glimpse_api),
    .recording = 0,
};

}  // extern "C"

GLIMPSE_UNTRACED_END
