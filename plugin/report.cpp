#include "plugin/report.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace glimpse::plugin {

void Report::add(const Choice& choice) {
  if (!unit_.arguments.report) return;
  ++all_;
  traced_ += choice.traced ? 1 : 0;
  text_ += unit_.source + ": glimpse: " + (choice.traced ? "+ " : "- ") + choice.name + "  " + choice.why + "\n";
}

void Report::finish() {
  if (!unit_.arguments.report) return;
  const std::string by = unit_.policy.path.empty() ? "the built-in policy" : unit_.policy.path;
  text_ += unit_.source + ": glimpse: " + std::to_string(traced_) + " of " + std::to_string(all_) +
           " functions traced, by " + by + "\n";
  const std::string& path = *unit_.arguments.report;
  int file = STDERR_FILENO;
  if (!path.empty()) file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  bool written = file >= 0;
  for (std::string_view rest = text_; written && !rest.empty();) {
    const ssize_t count = ::write(file, rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    written = count > 0;
    if (written) rest.remove_prefix(static_cast<std::size_t>(count));
  }
  const int error = errno;
  if (file >= 0 && file != STDERR_FILENO) ::close(file);
  if (written) return;
  const std::string warning = "glimpse: " + path + ": cannot write the report: " + std::strerror(error) + "\n";
  if (::write(STDERR_FILENO, warning.data(), warning.size()) < 0) return;  // nobody is there to hear it
}

}  // namespace glimpse::plugin
