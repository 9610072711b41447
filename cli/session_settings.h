// From a user's Options to what a Collector is told.
#pragma once

#include "collector/collector.h"
#include "glimpse/options.h"
#include "policy/policy.h"

namespace glimpse::cli {

collector::Settings session_settings(const Options& options, policy::Policy policy);

// OTEL_SERVICE_NAME, else service.name of OTEL_RESOURCE_ATTRIBUTES; empty where neither is set.
std::string service_of(const Options& options);

// deployment.environment (or its newer name deployment.environment.name), else GLIMPSE_ENV; empty where none is set.
std::string environment_of(const Options& options);

}  // namespace glimpse::cli
