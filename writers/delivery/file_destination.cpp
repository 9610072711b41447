#include "writers/delivery/file_destination.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "writers/delivery/place_note.h"
#include "writers/settle.h"

namespace glimpse::writers::delivery {
namespace {

using namespace std::chrono_literals;

constexpr auto kAgain = 500ms;

}  // namespace

// One Writer, and the note of where its lines go. As an Outbox it has no memory: the lines can be made again.
class FileDestination::File final : public Outbox {
 public:
  File(const std::string& folder, Writer& writer, std::size_t number, const std::uint64_t& committed)
      : writer_(writer), committed_(committed), note_(folder, number), before_(note_.read()) {
    writer_.keep_in(*this);
  }

  Writer& writer() { return writer_; }

  Result<void> flush() {
    if (writer_.buffered_bytes() == 0) return {};
    if (before_) forget_what_is_there();
    return writer_.flush();
  }

  char* memory(std::size_t) override { return nullptr; }
  void goes_to(const std::string& path) override { path_ = path; }
  void begins(const Place& place) override { note_.write({committed_, place, path_, handed_}); }
  void handed(std::size_t bytes) override { handed_ += bytes; }

 private:
  // Lines that an earlier process made of the same records, and that had gone out when it was killed.
  void forget_what_is_there() {
    const PlaceNote::Begun begun = *before_;
    if (begun.position != committed_ || begun.path != path_) {
      before_.reset();
      return;
    }
    const std::string_view text = writer_.text();
    const std::uint64_t elsewhere = std::min<std::uint64_t>(begun.before, text.size());
    const std::uint64_t here = settle(begun.path, begun.place, text.substr(elsewhere));
    const bool all = elsewhere + here == text.size();
    writer_.forget(elsewhere + here);
    handed_ += elsewhere + here;
    before_->before -= elsewhere;
    before_->place.offset += here;
    before_->position = kNextCommit;
    if (!all) before_.reset();
  }

  static constexpr std::uint64_t kNextCommit = ~std::uint64_t{0};

  friend class FileDestination;
  // What is committed goes on; what comes next may be there as well.
  void committed(std::uint64_t position) {
    handed_ = 0;
    if (before_ && before_->position == kNextCommit) before_->position = position;
  }

  Writer& writer_;
  const std::uint64_t& committed_;
  PlaceNote note_;
  std::optional<PlaceNote::Begun> before_;  // by an earlier process, and not yet looked at
  std::string path_;
  std::uint64_t handed_ = 0;  // bytes of lines that went out since the last commit
};

FileDestination::FileDestination(std::string folder, WriterOf writer_of)
    : folder_(std::move(folder)), writer_of_(std::move(writer_of)) {}

FileDestination::~FileDestination() = default;

Result<std::uint64_t> FileDestination::open(const std::string&, std::uint64_t noted) {
  committed_ = noted;
  return noted;
}

Writer* FileDestination::of(std::uint32_t pid) {
  if (last_ != nullptr && pid == last_pid_) return last_;
  auto& writer = by_pid_[pid];
  if (writer == nullptr) {
    const auto made = writer_of_(pid);
    if (!made) {
      ++counts_.dropped;
      if (std::ranges::find(messages_, made.error().message) == messages_.end())
        messages_.push_back(made.error().message);
      return nullptr;
    }
    writer = *made;
    const std::size_t number = files_.size();
    if (!files_.contains(writer)) files_[writer] = std::make_unique<File>(folder_, *writer, number, committed_);
  }
  last_pid_ = pid;
  return last_ = writer;
}

void FileDestination::call(const Call& record) {
  if (Writer* const writer = of(record.pid)) writer->call(record);
}
void FileDestination::process(const Process& record) {
  if (Writer* const writer = of(record.pid)) writer->process(record);
}
void FileDestination::thread(const Thread& record) {
  if (Writer* const writer = of(record.pid)) writer->thread(record);
}
void FileDestination::span(const Span& record) {
  if (Writer* const writer = of(record.pid)) writer->span(record);
}
void FileDestination::log(const Log& record) {
  if (Writer* const writer = of(record.pid)) writer->log(record);
}
void FileDestination::notice(const Notice& record) {
  if (Writer* const writer = of(record.pid)) writer->notice(record);
}
void FileDestination::summary(const Summary& record) {
  if (Writer* const writer = of(record.pid)) writer->summary(record);
}

bool FileDestination::is_full() const {
  return std::ranges::any_of(files_, [](const auto& one) { return one.first->buffered_bytes() >= kFlushBytes; });
}

Commit FileDestination::commit(std::uint64_t position) {
  for (auto& [writer, file] : files_) {
    if (auto flushed = file->flush(); !flushed) {
      ++counts_.retries;
      return {Commit::Outcome::kKept, flushed.error().message, kAgain};
    }
  }
  committed_ = position;
  for (auto& [writer, file] : files_) file->committed(position);
  return {};
}

std::vector<std::string> FileDestination::take_messages() { return std::exchange(messages_, {}); }

}  // namespace glimpse::writers::delivery
