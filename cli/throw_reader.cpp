#include "cli/throw_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <simdjson.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "cli/messages.h"
#include "writers/recording/block_file.h"
#include "writers/recording/decoder.h"
#include "writers/timestamp.h"

namespace glimpse::cli {

namespace {

using writers::recording::BlockFile;
using writers::recording::BlockKind;
using writers::recording::Decoder;

constexpr std::size_t kFirstRoom = 1 << 20;
constexpr std::uint64_t kMostTold = 20;  // lines or blocks of one file

// Says what is wrong with a file, up to a point.
class Problems {
 public:
  explicit Problems(std::string name) : name_(std::move(name)) {}

  void tell(const std::string& message) {
    if (++count_ <= kMostTold) say(message);
  }
  // When the file has ended.
  std::uint64_t close() const {
    if (count_ > kMostTold) say(fmt::format("{}: and {} more that cannot be read", name_, count_ - kMostTold));
    return count_;
  }

 private:
  std::string name_;
  std::uint64_t count_ = 0;
};

// A file's lines, one after the other, each with the padding behind it that the parser reads into.
class Lines {
 public:
  explicit Lines(int fd) : fd_(fd), room_(kFirstRoom + simdjson::SIMDJSON_PADDING, '\0') {}

  // False at the end.
  bool next(std::string_view& line) {
    while (true) {
      const auto* end = static_cast<const char*>(std::memchr(room_.data() + searched_, '\n', end_ - searched_));
      if (end != nullptr || (ended_ && begin_ < end_)) {
        const std::size_t stop = end != nullptr ? static_cast<std::size_t>(end - room_.data()) : end_;
        line = std::string_view(room_).substr(begin_, stop - begin_);
        begin_ = searched_ = std::min(stop + 1, end_);
        return true;
      }
      if (ended_) return false;
      searched_ = end_;
      fill();
    }
  }

  int problem() const { return problem_; }  // an errno, or 0

 private:
  void fill() {
    std::memmove(room_.data(), room_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    searched_ -= begin_;
    begin_ = 0;
    if (room_.size() - end_ < kFirstRoom / 2) room_.resize(2 * room_.size());
    ssize_t got = 0;
    do {
      got = read(fd_, room_.data() + end_, room_.size() - simdjson::SIMDJSON_PADDING - end_);
    } while (got < 0 && errno == EINTR);
    if (got < 0) problem_ = errno;
    if (got <= 0) ended_ = true;
    if (got > 0) end_ += static_cast<std::size_t>(got);
  }

  int fd_;
  std::string room_;
  std::size_t begin_ = 0;     // of what was not given
  std::size_t searched_ = 0;  // no line ends between begin_ and here
  std::size_t end_ = 0;
  bool ended_ = false;
  int problem_ = 0;
};

std::string_view text_of(const simdjson::dom::object& record, std::string_view key) {
  std::string_view text;
  if (record[key].get(text) != simdjson::SUCCESS) return {};
  return text;
}

void add_record(const simdjson::dom::object& record, ReadThrows& read, IssueList& issues) {
  const std::string_view fingerprint = text_of(record, "fingerprint");
  if (fingerprint.empty()) {
    if (text_of(record, "stage") == "EXCEPTION") ++read.exceptions;
    return;
  }
  ++read.exceptions;
  issues.add({fingerprint, text_of(record, "timestamp"), text_of(record, "exception_type"),
              text_of(record, "exception"), text_of(record, "function"), text_of(record, "stack_trace")});
}

Result<ReadThrows> read_lines(int fd, const std::string& name, IssueList& issues) {
  Lines lines(fd);
  Problems problems(name);
  ReadThrows read;
  simdjson::dom::parser parser;
  std::string_view line;
  for (std::uint64_t number = 1; lines.next(line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    simdjson::dom::object record;
    const auto failure = parser.parse(line.data(), line.size(), false).get(record);
    if (failure == simdjson::SUCCESS) {
      add_record(record, read, issues);
    } else if (failure == simdjson::INCORRECT_TYPE) {
      problems.tell(fmt::format("{}:{}: not a record: no JSON object", name, number));
    } else {
      problems.tell(fmt::format("{}:{}: not a record: {}", name, number, simdjson::error_message(failure)));
    }
  }
  if (lines.problem() != 0) return Error{fmt::format("{}: {}", name, std::strerror(lines.problem()))};
  read.problems = problems.close();
  return read;
}

// Takes the throws out of a recording's records.
class Throws final : public writers::RecordSink {
 public:
  Throws(ReadThrows& read, IssueList& issues) : read_(read), issues_(issues) {}

  void call(const writers::Call& record) override {
    if (record.exception == nullptr) {
      if (record.stage == writers::Stage::kException) ++read_.exceptions;
      return;
    }
    ++read_.exceptions;
    add(*record.exception, record.timestamp_ns, record.function->name);
  }
  // One that the program logged with what it needs to be grouped, as lines of JSON have it.
  void log(const writers::Log& record) override {
    if (record.exception == nullptr || record.exception->fingerprint.empty()) return;
    ++read_.exceptions;
    add(*record.exception, record.timestamp_ns, {});
  }
  void span(const writers::Span&) override {}
  void process(const writers::Process&) override {}
  void thread(const writers::Thread&) override {}
  void notice(const writers::Notice&) override {}
  void summary(const writers::Summary&) override {}

 private:
  void add(const writers::Exception& exception, std::int64_t timestamp_ns, std::string_view function) {
    if (exception.fingerprint.empty()) return;
    std::array<char, 32> time{};
    const char* const end = timestamp_.write(time.data(), timestamp_ns);
    issues_.add({exception.fingerprint, std::string_view(time.data(), static_cast<std::size_t>(end - time.data())),
                 exception.type, exception.what, function, exception.stack_trace});
  }

  ReadThrows& read_;
  IssueList& issues_;
  writers::TimestampText timestamp_;
};

Result<ReadThrows> read_recording(BlockFile file, IssueList& issues) {
  ReadThrows read;
  Throws throws(read, issues);
  Problems problems(file.name());
  Decoder decoder;
  while (true) {
    const auto header = file.next();
    if (!header) {
      problems.tell(header.error().message);
      continue;
    }
    if (!*header) break;
    const auto kind = static_cast<BlockKind>((*header)->kind);
    if (kind != BlockKind::kRecords && kind != BlockKind::kNames) {
      file.skip();
      continue;
    }
    const auto columns = file.columns();
    if (!columns) {
      problems.tell(columns.error().message);
    } else if (const auto done = decoder.read(**header, *columns, throws); !done) {
      problems.tell(file.error(done.error().message).message);
    }
  }
  read.problems = problems.close();
  return read;
}

// What unpacks a file that begins like this; empty where it is not packed.
std::string_view unpacker_of(std::string_view begin) {
  if (begin.starts_with("\x1f\x8b")) return "zcat";
  if (begin.starts_with("\x28\xb5\x2f\xfd")) return "zstdcat";
  return {};
}

}  // namespace

Result<ReadThrows> read_throws(const std::string& path, IssueList& issues) {
  if (path == "-") return read_lines(STDIN_FILENO, "standard input", issues);
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Error{fmt::format("{}: {}", path, std::strerror(errno))};
  std::array<char, sizeof(writers::recording::BlockHeader)> begin{};
  const ssize_t got = pread(fd, begin.data(), begin.size(), 0);
  const std::string_view first(begin.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  writers::recording::BlockHeader header{};
  Result<ReadThrows> read = ReadThrows{};
  if (const auto unpacker = unpacker_of(first); !unpacker.empty()) {
    read = Error{fmt::format("{} is packed: {} {} | glimpse issues -", path, unpacker, path)};
  } else if (writers::recording::is_header(first, header)) {
    auto file = BlockFile::open(path);
    read = file ? read_recording(std::move(*file), issues) : Result<ReadThrows>(file.error());
  } else {
    read = read_lines(fd, path, issues);
  }
  close(fd);
  return read;
}

}  // namespace glimpse::cli
