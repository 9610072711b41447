// Request bodies made small: gzip (RFC 1952).
//
// The fastest level: the text of spans repeats itself so much that the others gain little for several times the work.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct z_stream_s;

namespace glimpse::writers::otlp {

class Gzip {
 public:
  Gzip();
  ~Gzip();
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  // Nothing where there is no memory for it.
  std::optional<std::string> compressed(std::string_view text);

 private:
  std::unique_ptr<z_stream_s> stream_;  // null where zlib had no memory
};

}  // namespace glimpse::writers::otlp
