// Files of lines, or standard output, as one destination among several: behind the queue, so that a full disk or a slow
// reader there holds up nobody else.
//
// Killed:  before lines go out it is noted where in which file they will stand. Whoever goes on makes the same lines of
//          the same records, finds how many of them are there, and writes the rest: each line is there once. That does
//          not hold for recordings, whose blocks are never the same twice: the last ones may be there twice.
// Threads: see Destination. Failure: lines that could not be written stay, and are tried again with the next commit().
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "writers/destination.h"
#include "writers/writer.h"

namespace glimpse::writers::delivery {

class FileDestination final : public Destination {
 public:
  // The Writer for the records of a process; the caller keeps ownership. May give the same one every time.
  using WriterOf = std::function<Result<Writer*>(std::uint32_t pid)>;

  // Notes are kept in `folder`.
  FileDestination(std::string folder, WriterOf writer_of);
  ~FileDestination() override;

  std::string_view name() const override { return "jsonl"; }
  Result<std::uint64_t> open(const std::string& queue, std::uint64_t noted) override;
  bool is_full() const override;
  std::chrono::milliseconds patience() const override { return std::chrono::milliseconds(100); }
  Commit commit(std::uint64_t position) override;
  DestinationCounts counts() const override { return counts_; }
  std::vector<std::string> take_messages() override;

  void call(const Call& record) override;
  void process(const Process& record) override;
  void thread(const Thread& record) override;
  void span(const Span& record) override;
  void log(const Log& record) override;
  void notice(const Notice& record) override;
  void summary(const Summary& record) override;

 private:
  class File;

  Writer* of(std::uint32_t pid);

  const std::string folder_;
  WriterOf writer_of_;
  std::map<Writer*, std::unique_ptr<File>> files_;
  std::map<std::uint32_t, Writer*> by_pid_;
  Writer* last_ = nullptr;
  std::uint32_t last_pid_ = 0;
  std::uint64_t committed_ = 0;
  DestinationCounts counts_;
  std::vector<std::string> messages_;
};

}  // namespace glimpse::writers::delivery
