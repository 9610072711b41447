// What the tool's own exit statuses mean. `glimpse run` has the program's.
#pragma once

namespace glimpse::cli {

inline constexpr int kDone = 0;
inline constexpr int kProblem = 1;   // it worked, and what it found is not well
inline constexpr int kWrongUse = 2;  // nothing was done: wrong words, a wrong policy, an output that cannot be opened

}  // namespace glimpse::cli
