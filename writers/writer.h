// One destination of records.
//
// Threads: one thread calls a Writer. Failure: the first error is returned and the record is not lost by the caller,
// who may flush again later.
// Buffering: records may stay in the Writer until flush() has returned without an error; only then may the collector
// forget the events behind them.
#pragma once

#include "glimpse/result.h"
#include "writers/record.h"

namespace glimpse::writers {

class Writer {
 public:
  virtual ~Writer() = default;

  virtual void call(const Call& record) = 0;
  virtual void process(const Process& record) = 0;
  virtual void thread(const Thread& record) = 0;
  virtual void notice(const Notice& record) = 0;
  virtual void summary(const Summary& record) = 0;

  // Bytes of records accepted since the last flush.
  virtual std::size_t buffered_bytes() const = 0;

  // Hands everything accepted so far to the operating system. On an error the records stay buffered.
  virtual Result<void> flush() = 0;
};

}  // namespace glimpse::writers
