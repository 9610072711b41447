// Blocks become records again, exactly those that an Encoder was given.
//
// Threads: one thread uses a Decoder. Memory: grows with the names of the recording, not with its records.
// Failure: an Error says what is wrong with the block; records before that place have been handed on already.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "glimpse/result.h"
#include "writers/record_sink.h"
#include "writers/recording/bytes.h"
#include "writers/recording/expectation.h"
#include "writers/recording/format.h"
#include "writers/recording/packing.h"

namespace glimpse::writers::recording {

class Decoder {
 public:
  // `columns` as they stand in the file; their sum and the header's were compared already. Functions live as long as
  // the Decoder.
  Result<void> read(const BlockHeader& header, std::string_view columns, RecordSink& out);

  // No block that is read from here on belongs to a stream of before. Functions stay: a stream that speaks of the same
  // ones again means the same objects.
  void forget_streams() { streams_.clear(); }

 private:
  // The names of one writer, by their number. Null: its block was damaged.
  using Names = std::vector<const Function*>;

  Result<void> read_names(const BlockHeader& header, ByteReader rest, Names& names);
  Result<void> read_records(const BlockHeader& header, Names& names, RecordSink& out);
  bool read_record(std::uint64_t code, RecordSink& out);
  bool read_call(std::uint64_t code, RecordSink& out);
  bool read_whole_call(std::uint64_t code, Call& call, std::uint64_t& function);
  bool read_explicit(Call& call, std::uint32_t& function);
  bool read_exception(Call& call);
  bool read_switch();
  bool read_context();
  bool take_context(std::uint64_t number, std::uint32_t& context);
  void tell_context(Call& call, std::uint32_t context) const;
  bool read_summary(RecordSink& out);
  const Function* function_of(std::uint64_t number);
  const Function* known(Function function);

  std::unordered_map<std::uint64_t, Names> streams_;
  std::deque<Function> functions_;
  std::unordered_map<std::string, const Function*> known_;  // by all of their texts
  Unpacker unpacker_;
  std::string room_[kColumns];

  // Of the block that is read.
  const Names* names_ = nullptr;
  bool name_missing_ = false;
  bool has_roots_ = false;  // it is of kVersionOfRoots at least
  bool has_spans_ = false;  // it is of kVersionOfSpans at least
  std::uint64_t first_start_ = kStart;
  ByteReader what_;
  ByteReader time_;
  ByteReader rest_;
  Expectation expected_;
  Exception exception_;
};

}  // namespace glimpse::writers::recording
