#include "writers/recording/packing.h"

#include <zstd.h>

#include <algorithm>

namespace glimpse::writers::recording {
namespace {

constexpr int kLevel = 1;                  // docs/adr/0012-a-recording-of-records.md has the others
constexpr std::size_t kWorthPacking = 64;  // a frame has some bytes of its own

}  // namespace

Packer::Packer() : context_(ZSTD_createCCtx()) { ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, kLevel); }

Packer::~Packer() { ZSTD_freeCCtx(context_); }

std::size_t Packer::bound(std::size_t raw_bytes) { return ZSTD_compressBound(raw_bytes); }

std::size_t Packer::pack(char* out, std::string_view raw) {
  if (raw.size() >= kWorthPacking) {
    const std::size_t size = ZSTD_compress2(context_, out, bound(raw.size()), raw.data(), raw.size());
    if (ZSTD_isError(size) == 0 && size < raw.size()) return size;
  }
  std::copy(raw.begin(), raw.end(), out);
  return raw.size();
}

Unpacker::Unpacker() : context_(ZSTD_createDCtx()) {}

Unpacker::~Unpacker() { ZSTD_freeDCtx(context_); }

std::optional<std::string_view> Unpacker::unpack(std::string_view packed, std::size_t raw_bytes, std::string& room) {
  if (packed.size() == raw_bytes) return packed;
  // A frame tells its size: no memory for what is only claimed.
  if (ZSTD_getFrameContentSize(packed.data(), packed.size()) != raw_bytes) return std::nullopt;
  if (room.size() < raw_bytes) room.resize(raw_bytes);
  const std::size_t size = ZSTD_decompressDCtx(context_, room.data(), raw_bytes, packed.data(), packed.size());
  if (ZSTD_isError(size) != 0 || size != raw_bytes) return std::nullopt;
  return std::string_view(room.data(), raw_bytes);
}

}  // namespace glimpse::writers::recording
