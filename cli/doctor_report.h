// The lines of `glimpse doctor`: a verdict, what was looked at, what was found, and what to do about it.
//
//   ok       library      /usr/lib/x86_64-linux-gnu/libglimpse.so
//   warning  spool        /dev/shm has 12 MiB free: set GLIMPSE_SPOOL_DIR to a folder with more room
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace glimpse::cli {

class DoctorReport {
 public:
  void heading(std::string_view text);
  void ok(std::string_view what, std::string_view finding);
  void warning(std::string_view what, std::string_view finding);
  void problem(std::string_view what, std::string_view finding);

  bool well() const { return problems_ == 0; }

  // The lines, coloured where `colors`, and the verdict over all.
  std::string text(bool colors) const;

 private:
  enum class Verdict : std::uint8_t { kHeading, kOk, kWarning, kProblem };
  struct Line {
    Verdict verdict;
    std::string what;
    std::string finding;
  };

  void add(Verdict verdict, std::string_view what, std::string_view finding);

  std::vector<Line> lines_;
  unsigned warnings_ = 0;
  unsigned problems_ = 0;
};

}  // namespace glimpse::cli
