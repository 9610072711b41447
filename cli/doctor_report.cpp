#include "cli/doctor_report.h"

#include <fmt/format.h>

#include <iterator>

#include "cli/messages.h"

namespace glimpse::cli {

void DoctorReport::heading(std::string_view text) { add(Verdict::kHeading, text, ""); }

void DoctorReport::ok(std::string_view what, std::string_view finding) { add(Verdict::kOk, what, finding); }

void DoctorReport::warning(std::string_view what, std::string_view finding) {
  ++warnings_;
  add(Verdict::kWarning, what, finding);
}

void DoctorReport::problem(std::string_view what, std::string_view finding) {
  ++problems_;
  add(Verdict::kProblem, what, finding);
}

void DoctorReport::add(Verdict verdict, std::string_view what, std::string_view finding) {
  lines_.push_back({verdict, std::string(what), std::string(finding)});
}

std::string DoctorReport::text(bool colors) const {
  std::string text;
  const auto out = std::back_inserter(text);
  for (const auto& line : lines_) {
    const auto row = [&](std::string_view word, Color color) {
      const std::string padded = fmt::format("{:<8}", word);
      fmt::format_to(out, "  {} {:<13} {}\n", colored(padded, color, colors), line.what, line.finding);
    };
    switch (line.verdict) {
      case Verdict::kHeading:
        fmt::format_to(out, "{}{}\n", text.empty() ? "" : "\n", line.what);
        break;
      case Verdict::kOk:
        row("ok", Color::kGreen);
        break;
      case Verdict::kWarning:
        row("warning", Color::kYellow);
        break;
      case Verdict::kProblem:
        row("problem", Color::kRed);
        break;
    }
  }
  fmt::format_to(out, "\n{}, {}\n", counted(problems_, "problem", "problems"),
                 counted(warnings_, "warning", "warnings"));
  return text;
}

}  // namespace glimpse::cli
