// Columns made small, and large again: zstd, where that makes them smaller.
//
// Threads: one thread uses a Packer or Unpacker. Failure: unpack() gives nothing where the bytes are no such column.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace glimpse::writers::recording {

class Packer {
 public:
  Packer();
  ~Packer();
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;

  // The most that pack() writes for so many bytes.
  static std::size_t bound(std::size_t raw_bytes);

  // Writes at `out` and returns the number of bytes: as many as `raw` has where it is not compressed.
  std::size_t pack(char* out, std::string_view raw);

 private:
  ZSTD_CCtx_s* context_;
};

class Unpacker {
 public:
  Unpacker();
  ~Unpacker();
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;

  // `room` may be used for the result, which is valid as long as both are left alone.
  std::optional<std::string_view> unpack(std::string_view packed, std::size_t raw_bytes, std::string& room);

 private:
  ZSTD_DCtx_s* context_;
};

}  // namespace glimpse::writers::recording
