// What receives records: a Writer, a Destination, or something on the way there.
//
// Threads: one thread calls a RecordSink at a time.
#pragma once

#include "writers/record.h"

namespace glimpse::writers {

class RecordSink {
 public:
  virtual ~RecordSink() = default;

  virtual void call(const Call& record) = 0;
  virtual void process(const Process& record) = 0;
  virtual void thread(const Thread& record) = 0;
  virtual void span(const Span& record) = 0;
  virtual void log(const Log& record) = 0;
  virtual void notice(const Notice& record) = 0;
  virtual void summary(const Summary& record) = 0;
};

}  // namespace glimpse::writers
