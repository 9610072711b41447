// The one line glimpse says on the program's standard error when it steps aside.
#pragma once

namespace glimpse::runtime {

// Writes "glimpse: <what><subject>: <reason of error_number>; this program is not recorded" in one write. 0: no reason.
void say(const char* what, const char* subject, int error_number);

// Writes "glimpse: <what><subject>" in one write: of a program that was recorded.
void tell(const char* what, const char* subject);

}  // namespace glimpse::runtime
