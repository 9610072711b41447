#include "writers/otlp/gzip.h"

#define ZLIB_CONST  // its input is not written to
#include <zlib.h>

namespace glimpse::writers::otlp {
namespace {

constexpr int kLevel = Z_BEST_SPEED;
constexpr int kGzipWindow = 15 + 16;  // zlib's way to ask for a gzip header
constexpr int kMemory = 9;

}  // namespace

Gzip::Gzip() : stream_(std::make_unique<z_stream_s>()) {
  if (deflateInit2(stream_.get(), kLevel, Z_DEFLATED, kGzipWindow, kMemory, Z_DEFAULT_STRATEGY) != Z_OK) {
    stream_.reset();
  }
}

Gzip::~Gzip() {
  if (stream_) deflateEnd(stream_.get());
}

std::optional<std::string> Gzip::compressed(std::string_view text) {
  if (!stream_ || deflateReset(stream_.get()) != Z_OK) return std::nullopt;
  std::string result(deflateBound(stream_.get(), text.size()), '\0');
  stream_->next_in = reinterpret_cast<const Bytef*>(text.data());
  stream_->avail_in = static_cast<uInt>(text.size());
  stream_->next_out = reinterpret_cast<Bytef*>(result.data());
  stream_->avail_out = static_cast<uInt>(result.size());
  if (deflate(stream_.get(), Z_FINISH) != Z_STREAM_END) return std::nullopt;
  result.resize(stream_->total_out);
  return result;
}

}  // namespace glimpse::writers::otlp
