// Records become blocks: writers/recording/format.h.
//
//   add() … add()  ──  columns in memory of its own  ──  close_block()  ──  whole blocks behind each other
//
// Threads: one thread uses an Encoder. Failure: none; whatever a record says is stored, expected or not.
// Memory: grows with functions, threads and the largest block; nothing is allocated for a record.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "writers/line_buffer.h"
#include "writers/record.h"
#include "writers/recording/bytes.h"
#include "writers/recording/expectation.h"
#include "writers/recording/format.h"
#include "writers/recording/packing.h"

namespace glimpse::writers::recording {

class Encoder {
 public:
  // `stream`: a number that no other writer of the same file has.
  explicit Encoder(std::uint64_t stream) : stream_(stream) {}

  void add(const Call& record);
  void add(const Process& record);
  void add(const Thread& record);
  void add(const Span& record);
  void add(const Log& record);
  void add(const Notice& record);
  void add(const Summary& record);

  // Bytes of records that no block has yet.
  std::size_t open_bytes() const { return what_.size() + time_.size() + rest_.size(); }
  std::uint32_t open_records() const { return records_; }

  // Appends what was added as whole blocks; nothing where nothing was.
  void close_block(LineBuffer& out);

 private:
  void count(std::uint64_t entry_id, std::int64_t timestamp_ns) {
    if (records_++ == 0) [[unlikely]]
      begin_block(entry_id, timestamp_ns);
    note_time(timestamp_ns);
  }
  // For the block's header. Not for calls that are as expected: their times only grow.
  void note_time(std::int64_t timestamp_ns) {
    first_ns_ = std::min(first_ns_, timestamp_ns);
    last_ns_ = std::max({last_ns_, timestamp_ns, usual_last_ns_});
  }
  void begin_block(std::uint64_t entry_id, std::int64_t timestamp_ns);
  void switch_thread(std::uint32_t pid, std::uint32_t tid);
  void change_seed(std::uint64_t trace_seed);
  bool enter_context(const Call& record);
  std::uint32_t put_context(const Expectation::Context& context, ByteWriter& out);
  void add_whole_call(const Call& record, std::uint32_t function);
  // One of the records that have all of their fields in `rest`; `what` is its code.
  template <typename Rare>
  void add_rare(std::uint64_t what, const Rare& record);
  void finish_whole_call(const Call& record, std::int64_t end_ns);
  void add_explicit(const Call& record, std::uint32_t function);
  void add_exception(const Exception* exception);
  std::uint32_t id_of(const Function& function);
  std::uint32_t introduce(const Function& function);
  void append_block(LineBuffer& out, BlockHeader& header, const ByteWriter* what, const ByteWriter* time,
                    const ByteWriter& rest);

  std::uint64_t stream_;
  Expectation expected_;
  ByteWriter what_;
  ByteWriter time_;
  ByteWriter rest_;
  std::uint32_t records_ = 0;  // of the block
  std::uint64_t first_entry_id_ = 0;
  std::int64_t first_ns_ = 0;
  std::int64_t last_ns_ = 0;
  std::int64_t usual_last_ns_ = 0;  // of the last START, END or EXCEPTION: last_ns_ need not know it yet

  std::vector<std::uint32_t> ids_;  // by Function::index, counted from 1; 0: not introduced
  std::uint32_t names_ = 0;
  std::uint32_t new_names_ = 0;  // of them, those of no block yet
  ByteWriter name_texts_;        // theirs
  std::vector<std::uint32_t> open_functions_;
  Packer packer_;
};

}  // namespace glimpse::writers::recording
