// Descriptors 0, 1 and 2 that whoever started glimpse has closed.
//
// A file opened later would take their numbers, and messages would be written into it. So their places are held, by
// something that can neither be read (0) nor written (1, 2) and that programs started later do not inherit: they find
// the descriptors closed, as they would without glimpse.
#pragma once

namespace glimpse::cli {

// First of all, before anything is opened.
void hold_closed_streams();

}  // namespace glimpse::cli
