// What OpenTelemetry calls a resource: which process of which service on which host the items come from.
#pragma once

#include <cstdint>

#include "writers/otlp/settings.h"
#include "writers/otlp/span.h"
#include "writers/record.h"

namespace glimpse::writers::otlp {

// Each key once. What the process record says of service and environment wins over the settings, and these win over
// what was found out: name your service, and it is called so.
Attributes resource_of(const Process& process, const Settings& settings);

}  // namespace glimpse::writers::otlp
