// The Outbox of one Writer: its text lies in a file of the session, and the journal notes how far it came.
//
// Threads: one thread. Failure: without memory the text is not kept, and kept() says so.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "collector/checkpoint.h"
#include "collector/journal.h"
#include "collector/spool_memory.h"
#include "writers/outbox.h"

namespace glimpse::collector {

class TextBlock final : public writers::Outbox {
 public:
  // `pid`: a process whose records go there.
  TextBlock(Journal& journal, std::string folder, std::uint32_t pid)
      : journal_(journal), folder_(std::move(folder)), pid_(pid) {}

  char* memory(std::size_t bytes) override;
  void goes_to(const std::string& path) override { path_ = path; }
  void begins(const writers::Place& place) override;
  void handed(std::size_t bytes) override;

  // Whether the Writer's text outlives this process.
  bool kept() const { return memory_ != nullptr && !lost_; }

  // For a checkpoint: where the text lies, of which there are `bytes` bytes now.
  TextState state(std::size_t bytes);

  // The text that an earlier collector of the session in `folder` left at `state`.
  static std::string read(const std::string& folder, const TextState& state);

 private:
  Journal& journal_;
  std::string folder_;
  std::uint32_t pid_;
  std::string path_;
  std::unique_ptr<SpoolMemory> memory_;
  std::uint32_t number_ = 0;
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
  bool lost_ = false;
};

}  // namespace glimpse::collector
