// The records of one transaction, collected until it is made: the database is locked only as long as rows go in.
//
// A call whose START and END fall into one batch is one row; an END without its START is told to the row that lies in
// the database already.
//
// Names and processes are known by numbers of their own here, which last longer than a batch: row keys are given in the
// transaction, and forgotten with it where it fails.
//
// Threads: one thread uses a Batch. Nothing here touches a database.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "writers/record.h"
#include "writers/sqlite/pairs.h"

namespace glimpse::writers::sqlite {

// What is known of a function; `row` is 0 until it is known.
struct FunctionSlot {
  std::string name, module, file;
  std::uint32_t line = 0;
  std::int64_t row = 0;
};

struct ProcessSlot {
  std::uint32_t pid = 0;
  std::int64_t row = 0;
  std::uint64_t trace_seed = 0;
  bool has_record = false;  // which is not in the database yet, where row is 0
  Process record;
};

struct CallRow {
  std::uint64_t call_id = 0;
  std::uint64_t parent_call_id = 0;
  std::uint64_t root_call_id = 0;
  std::uint64_t entry_id = 0;      // of START, or of the record for the whole call; 0 where it is not in this batch
  std::uint64_t end_entry_id = 0;  // 0 while open, and where one record is the whole call
  std::int64_t timestamp_ns = 0;   // of the begin
  std::int64_t end_ns = 0;
  std::uint64_t duration_ns = 0;
  std::uint32_t process = 0;   // ProcessSlot
  std::uint32_t function = 0;  // FunctionSlot
  std::uint32_t tid = 0;
  std::uint32_t depth = 0;
  std::uint32_t args = 0, result = 0;  // texts(); 0 where there is none
  std::uint32_t exception = 0;         // exceptions(); 0 where it did not fail
  std::uint32_t context = 0;           // contexts(); 0 where no span was active
  Level level = Level::kInfo;
  Level end_level = Level::kInfo;
  Stage stage = Stage::kStart;  // kStart while open

  bool has_begin() const { return entry_id != 0; }
  bool has_end() const { return stage != Stage::kStart; }
};

struct ExceptionTexts {
  std::string type, what, stack_trace, fingerprint;
  bool has_what = false;
};

// A span that was active when calls began.
struct CallContext {
  TraceId trace;
  std::uint64_t span_id = 0;
};

// Texts are as the tables have them; empty ones are NULL there but for names, levels and messages.
struct SpanRow {
  std::uint32_t process = 0;
  std::uint32_t tid = 0;
  std::uint64_t entry_id = 0;
  std::uint64_t parent_call_id = 0;  // 0: none
  std::int64_t timestamp_ns = 0;
  std::uint64_t duration_ns = 0;
  TraceId trace;
  bool remote_parent = false;
  bool open = false;
  std::string span_id, parent_span_id, name, status, status_message, attributes, events, links, tracestate;
  std::string_view kind;
};

struct LogRow {
  std::uint32_t process = 0;
  std::uint32_t tid = 0;
  std::uint32_t line = 0;
  std::uint64_t entry_id = 0;
  std::uint64_t call_id = 0;  // 0: none
  std::int64_t timestamp_ns = 0;
  std::int64_t ttl_seconds = -1;
  bool has_what = false;
  std::string_view level;
  std::string trace_id, span_id, title, message, tags, file, attributes, type, what, stack_trace, fingerprint;
};

struct ThreadRow {
  std::uint32_t process = 0;
  std::uint32_t tid = 0;
  std::uint64_t entry_id = 0;
  std::int64_t timestamp_ns = 0;
  std::string name;
};

struct NoticeRow {
  std::uint32_t process = 0;
  std::uint32_t tid = 0;
  std::uint64_t entry_id = 0;
  std::int64_t timestamp_ns = 0;
  std::uint64_t dropped = 0;
  std::string reason, message;
};

struct SummaryRow {
  std::uint32_t process = 0;
  Summary record;      // without its open calls
  std::string detail;  // the record as JSON
};

class Batch {
 public:
  Batch();

  void add(const Call& record);
  void add(const Process& record);
  void add(const Thread& record);
  void add(const Span& record);
  void add(const Log& record);
  void add(const Notice& record);
  void add(const Summary& record);

  std::size_t records() const { return records_; }
  std::size_t text_bytes() const { return text_bytes_; }

  const std::vector<CallRow>& calls() const { return calls_; }
  const std::string& text(std::uint32_t number) const { return texts_[number]; }
  const ExceptionTexts& exception(std::uint32_t number) const { return exceptions_[number]; }
  const CallContext& context(std::uint32_t number) const { return contexts_[number]; }
  const std::vector<SpanRow>& spans() const { return spans_; }
  const std::vector<LogRow>& logs() const { return logs_; }
  const std::vector<ThreadRow>& threads() const { return threads_; }
  const std::vector<NoticeRow>& notices() const { return notices_; }
  const std::vector<SummaryRow>& summaries() const { return summaries_; }

  // Slots that records of this batch speak of, and earlier ones.
  std::deque<FunctionSlot>& functions() { return functions_; }
  std::deque<ProcessSlot>& processes() { return processes_; }
  const std::deque<FunctionSlot>& functions() const { return functions_; }
  const std::deque<ProcessSlot>& processes() const { return processes_; }

  // The records are in the database; the slots stay.
  void clear_records();

  // The slots are those of another database from now on.
  void forget_rows();

  // Records and slots: begin anew.
  void clear();

 private:
  struct Known {
    const Function* function = nullptr;
    std::uint32_t slot = 0;
  };

  std::uint32_t function_slot(const Function& function);
  std::uint32_t new_function_slot(const Function& function);
  std::uint32_t process_slot(std::uint32_t pid);
  std::uint32_t keep(std::string_view text);
  std::uint32_t keep(const Exception* exception);
  std::uint32_t keep_context(const Call& record);
  CallRow& row_of(const Call& record, std::uint32_t process, bool& is_new);

  std::vector<CallRow> calls_;
  Pairs open_;
  std::vector<std::string> texts_;
  std::vector<ExceptionTexts> exceptions_;
  std::vector<CallContext> contexts_;
  std::vector<SpanRow> spans_;
  std::vector<LogRow> logs_;
  std::vector<ThreadRow> threads_;
  std::vector<NoticeRow> notices_;
  std::vector<SummaryRow> summaries_;
  std::size_t records_ = 0;
  std::size_t text_bytes_ = 0;

  std::deque<FunctionSlot> functions_;
  std::vector<Known> known_functions_;  // by Function::index
  std::deque<ProcessSlot> processes_;
  std::unordered_map<std::uint32_t, std::uint32_t> process_of_pid_;
  std::uint32_t last_pid_ = 0;
  std::uint32_t last_process_ = ~std::uint32_t{0};
};

}  // namespace glimpse::writers::sqlite
