// One destination of records.
//
// Threads: one thread calls a Writer. Failure: the first error is returned and the record is not lost by the caller,
// who may flush again later.
// Buffering: records may stay in the Writer until flush() has returned without an error; only then may the collector
// forget the events behind them.
// Killed:    where the text of the records lies in an Outbox, another process can hand on what this one had not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/result.h"
#include "writers/outbox.h"
#include "writers/record_sink.h"

namespace glimpse::writers {

// The caller flushes at the latest when buffered_bytes() reaches this: file systems take a write of a whole MiB for a
// third less than four smaller ones that end anywhere in a page.
inline constexpr std::size_t kFlushBytes = 1024 * 1024;
// What a buffer of text begins with. It grows where there is ever more to flush at once.
inline constexpr std::size_t kFirstBytes = 320 * 1024;

class Writer : public RecordSink {
 public:
  // From now on text is kept in `outbox`, which lives as long as the Writer is used. For a Writer that has accepted
  // nothing yet. A Writer whose records are no text leaves it alone.
  virtual void keep_in(Outbox& /*outbox*/) {}

  // Takes whole lines or blocks that an earlier Writer had made of records and could not hand on.
  virtual void take_over(std::string_view lines) = 0;

  // Text that lies ready, where the records are lines; and its first `bytes` bytes are out already, handed on by an
  // earlier Writer.
  virtual std::string_view text() const { return {}; }
  virtual void forget(std::size_t /*bytes*/) {}

  // Bytes of records accepted and not yet handed to the operating system.
  virtual std::size_t buffered_bytes() const = 0;

  // Records that flush() could not hand over. Asked only where records may be lost.
  virtual std::uint64_t waiting_records() const { return 0; }

  // Records that were accepted and will never be written, as the disk is nearly full or their reader is gone.
  virtual std::uint64_t dropped_records() const { return 0; }

  // Whether records are worth a flush as soon as no more follow. Where not, the flush interval is soon enough: many
  // records together take less room.
  virtual bool flushes_when_idle() const { return true; }

  // Makes text of everything accepted: buffered_bytes() then says how much of it lies in the Outbox.
  virtual void prepare() {}

  // Hands everything accepted so far to the operating system. On an error the records stay buffered.
  virtual Result<void> flush() = 0;

  // For a Writer behind which destinations take their time (writers/delivery). What users should read in a notice,
  // since the last time; how each of them fares.
  virtual std::vector<std::string> take_messages() { return {}; }
  virtual std::vector<DestinationHealth> health() const { return {}; }

  // A program that ends waits for what was flushed: until it has arrived, as long as that is worth waiting for.
  virtual void wait_for_arrival() {}

  // Nothing more will come: like flush(), and what was flushed has arrived. An Error says what has not.
  virtual Result<void> finish() { return flush(); }
};

}  // namespace glimpse::writers
