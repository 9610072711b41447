// Where requests are kept that could not be delivered, until they can.
//
//   put() ─▶ kept ─▶ oldest(), which locks ─▶ sent()      the server has it: forgotten
//                                          ─▶ kept()      not this time: unlocked, and still the oldest
//                                          ─▶ refused()   never by itself again; the user may ask (`glimpse dlq
//                                          replay`)
//
// A box may be shared by many processes: no letter is given to two of them at once. A process that dies between
// oldest() and sent() leaves the letter unlocked, so that it may arrive twice and never not at all.
//
// Threads: one thread uses a box at a time. Failure: put() says why there is no room; the others do their best in
// silence, and a letter that cannot be read is never given.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "glimpse/result.h"

namespace glimpse::writers::otlp {

// One request, whole: a server takes it as it is. It has no secrets but those in the records: no headers.
struct Letter {
  std::string id;                // the box's, unique in it; empty before put()
  std::string path;              // the signal's: "/v1/traces" or "/v1/logs"
  std::string content_type;      // "application/x-protobuf" or "application/json"
  std::string content_encoding;  // "gzip", or empty
  std::string body;              // as it goes over the wire
  std::uint64_t records = 0;     // spans or log records in it
  std::string endpoint;          // the URL it was meant for, without user and password
  std::string problem;           // why it is here, a sentence for people
  bool refused = false;          // the server does not want it: put() it where oldest() does not find it
};

class DeadLetterBox {
 public:
  virtual ~DeadLetterBox() = default;

  // Keeps the letter, on disk when it returns. An Error says why it is lost.
  virtual Result<void> put(const Letter& letter) = 0;

  // The letter that waits longest among those meant for one of `endpoints`, locked for this process; nothing where
  // there is none, or others have all of them. At most one is locked by one box: the next call comes after sent(),
  // kept() or refused().
  virtual std::optional<Letter> oldest(std::span<const std::string> endpoints) = 0;

  virtual void sent(const Letter& letter) = 0;
  virtual void kept(const Letter& letter) = 0;
  virtual void refused(const Letter& letter, std::string_view problem) = 0;

  // Records in letters that were thrown away since the last call, since the box has a bounded size.
  virtual std::uint64_t take_evicted() { return 0; }
};

}  // namespace glimpse::writers::otlp
