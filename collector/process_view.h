// The file of one traced process, mapped and checked.
//
// Failure: a file that is not what it says gives an Error; counts and lengths in it are cut to what the format allows
// at each use, as the process may change them at any time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "glimpse/result.h"
#include "glimpse/wire/process_file.h"

namespace glimpse::collector {

class ProcessView {
 public:
  static Result<std::unique_ptr<ProcessView>> open(const std::string& path);
  ~ProcessView();
  ProcessView(const ProcessView&) = delete;
  ProcessView& operator=(const ProcessView&) = delete;

  wire::ProcessHeader& header() { return *header_; }
  const wire::ProcessHeader& header() const { return *header_; }
  const std::string& path() const { return path_; }
  std::string_view executable() const { return executable_; }
  std::string_view cwd() const { return cwd_; }
  std::string_view command() const { return command_; }  // arguments, each closed by a zero byte

  std::uint32_t function_count() const;
  // `id` from 1 to function_count().
  const wire::FunctionEntry& function(std::uint32_t id) const;
  void decide(std::uint32_t id, wire::Decision decision);
  // Null where the process has not finished writing it, or it does not exist. `number` counts from 1.
  const wire::ModuleEntry* module(std::uint32_t number) const;

  std::uint32_t ring_count() const;
  wire::RingHeader& ring(std::uint32_t index);
  // What its hooks go by from now on.
  void set_policy_depth(std::uint32_t depth);
  void set_recording(bool on);
  const std::uint64_t* ring_words(std::uint32_t index) const;
  std::uint64_t ring_capacity_words() const { return ring_bytes_ / sizeof(std::uint64_t); }

 private:
  ProcessView() = default;
  void settle_depth_limit();

  std::string path_;
  std::uint8_t* base_ = nullptr;
  std::uint64_t mapped_bytes_ = 0;
  std::uint64_t ring_bytes_ = 0;
  std::uint32_t max_rings_ = 0;
  wire::ProcessHeader* header_ = nullptr;
  std::string executable_;
  std::string cwd_;
  std::string command_;
};

}  // namespace glimpse::collector
