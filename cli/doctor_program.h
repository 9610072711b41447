// What `glimpse doctor BINARY` looks at in a program or shared library.
#pragma once

#include <filesystem>

#include "cli/doctor_report.h"
#include "policy/policy.h"

namespace glimpse::cli {

void check_program(const std::filesystem::path& path, const policy::Policy& policy, DoctorReport& report);

}  // namespace glimpse::cli
