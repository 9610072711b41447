// What `glimpse doctor` looks at without a program: the installation, the settings, the policy, the compilers.
#pragma once

#include <filesystem>

#include "cli/doctor_report.h"
#include "glimpse/options.h"
#include "policy/policy.h"

namespace glimpse::cli {

// The tool, its library, and whether the library can be loaded.
void check_installation(DoctorReport& report);

// Where rings and records will go, and how much room there is.
void check_places(const Options& options, DoctorReport& report);

// The policy in force for `program` (may be empty). Where it is malformed, every error is a line of the report and the
// built-in policy is returned.
policy::Policy check_policy(const Options& options, const std::filesystem::path& program, DoctorReport& report);

// The compilers on PATH and the flags each needs.
void check_compilers(DoctorReport& report);

}  // namespace glimpse::cli
