#include "writers/delivery/status_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>

#include "writers/delivery/files.h"

namespace glimpse::writers::delivery {
namespace {

std::string path_in(const std::string& folder) { return fmt::format("{}/{}", folder, kStatusFileName); }

std::string one_line(std::string text) {
  std::ranges::replace_if(text, [](char c) { return c == '\t' || c == '\n'; }, ' ');
  return text;
}

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  for (;;) {
    const std::size_t tab = line.find('\t');
    fields.push_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return fields;
    line.remove_prefix(tab + 1);
  }
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

void write_status_file(const std::string& folder, const std::vector<DestinationHealth>& destinations,
                       std::uint64_t queue_bytes, std::uint64_t queue_limit_bytes) {
  std::string text = fmt::format("queue\t{}\t{}\n", queue_bytes, queue_limit_bytes);
  for (const DestinationHealth& one : destinations) {
    text += fmt::format("destination\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", one.name, one.state, one.delivered,
                        one.waiting, one.dropped, one.dead_letters, one.retries, one_line(one.problem));
  }
  const std::string path = path_in(folder);
  const std::string next = fmt::format("{}/{}", folder, kNewStatusFileName);
  const int fd = open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return;
  const bool written = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  close(fd);
  if (!written || rename(next.c_str(), path.c_str()) != 0) unlink(next.c_str());
}

std::optional<Status> read_status_file(const std::string& folder) {
  std::ifstream file(path_in(folder));
  if (!file) return std::nullopt;
  Status status;
  for (std::string line; std::getline(file, line);) {
    const auto fields = fields_of(line);
    if (fields.size() == 3 && fields[0] == "queue") {
      status.queue_bytes = number(fields[1]);
      status.queue_limit_bytes = number(fields[2]);
    }
    if (fields.size() != 9 || fields[0] != "destination") continue;
    status.destinations.push_back({.name = std::string(fields[1]),
                                   .state = std::string(fields[2]),
                                   .delivered = number(fields[3]),
                                   .waiting = number(fields[4]),
                                   .dropped = number(fields[5]),
                                   .dead_letters = number(fields[6]),
                                   .retries = number(fields[7]),
                                   .problem = std::string(fields[8])});
  }
  return status;
}

}  // namespace glimpse::writers::delivery
