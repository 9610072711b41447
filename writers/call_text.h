// One log_entry or call as one line of JSON. This is where nearly all bytes of a trace are made: its cost is a budget.
//
//   {"record_type":"log_entry","stage":"END","entry_id": 12 ,"call_id": 6 ,"parent_call_id": 5 ,"level":"INFO"
//   └──────────── prepared for each stage ─────────────┘                                       └─ each level ─┘
//   ,"function":"app::db::query(int)","module":"app::db","timestamp":" 2026-…:00.000001234Z" ,"pid":7,"tid":8,"depth":
//   2 └────────────────── prepared for each function ──────────────────┘                       └─ for each thread
//   ──────┘
//   ,"duration_ms": 0.001234 }
//
// A call has the place, arguments and result, status and error of both its entries.
//
// Prepared text is escaped once, contains the wanted keys only, and is padded, so that copying it is a few wide stores
// and no call. Each piece begins with a comma; the line's first one becomes its brace.
//
// Threads: one thread uses a CallText. Memory: grows with the number of functions, not with the number of records.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "writers/counter_text.h"
#include "writers/field_set.h"
#include "writers/line_buffer.h"
#include "writers/record.h"
#include "writers/timestamp.h"

namespace glimpse::writers {

class CallText {
 public:
  // `trace_ids`: whether lines of calls outside of spans have trace_id and span_id, where they are known.
  explicit CallText(const FieldSet& fields, bool trace_ids = false);

  // Appends the record's line; nothing where none of its keys is wanted.
  void append(LineBuffer& out, const Call& record);

 private:
  // Text of at most kRoom bytes, copied as such.
  template <std::size_t kRoom>
  struct Piece {
    char text[kRoom] = {};
    std::uint32_t size = 0;
  };
  // Two texts of any length in padded memory, the second at the first step behind the first.
  struct FunctionText {
    const char* name = nullptr;       // `,"function":"…","module":"…","timestamp":"`
    std::uint32_t name_size = 0;      //
    std::uint32_t location_size = 0;  // `,"file":"…","line":12`
  };
  struct ThreadText {
    std::uint64_t key = 0;  // pid and tid; 0 is nobody
    Piece<48> piece;        // `,"pid":7,"tid":8,"depth":`
  };
  // The wanted keys whose values are made for each record.
  struct Wanted {
    bool entry_id, call_id, parent_call_id, timestamp, depth, duration, exception_type, exception, stack_trace,
        fingerprint, args, result, trace_id, span_id, status, error_type;
  };

  const FunctionText& function_text(const Function& function);
  void prepare(const Function& function);
  const Piece<48>& thread_text(std::uint32_t pid, std::uint32_t tid);
  void prepare(ThreadText& slot, std::uint32_t pid, std::uint32_t tid);
  char* keep(std::size_t bytes);
  template <bool kWhole>
  void append_as(LineBuffer& buffer, const Call& record);
  char* write_trace_ids(char* out, const Call& record) const;
  char* write_exception(char* out, const Exception& exception, bool whole) const;
  char* write_captured(char* out, const Call& record) const;
  char* write_whole_captured(char* out, const Call& record) const;

  template <std::size_t kRoom>
  static Piece<kRoom> piece(std::string_view text);
  template <std::size_t kRoom>
  static char* copy(char* out, const Piece<kRoom>& piece);

  FieldSet fields_;
  Wanted wanted_;
  std::uint64_t trace_ids_;          // 1: calls outside of spans have ids too; a number, to be tested with theirs
  std::array<Piece<64>, 4> heads_;   // by Stage
  std::array<Piece<24>, 5> levels_;  // by Level
  CounterText entry_id_;
  TimestampText timestamp_;
  std::vector<FunctionText> functions_;  // by Function::index
  std::array<ThreadText, 256> threads_;  // by tid, each slot holding the last one seen
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;  // within the last block
  std::size_t free_bytes_ = 0;
};

}  // namespace glimpse::writers
