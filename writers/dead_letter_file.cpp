#include "writers/dead_letter_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "writers/recording/checksum.h"

namespace glimpse::writers {

namespace {

using recording::crc32c;

constexpr std::string_view kMagic = "GLMPDLTR";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kFixedBytes = 44;  // before the texts
constexpr std::size_t kChecksumBytes = sizeof(std::uint32_t);
constexpr std::size_t kMaxTextBytes = 2048;
constexpr std::size_t kTexts = 5;
static_assert(kFixedBytes + kTexts * (sizeof(std::uint32_t) + kMaxTextBytes) + kChecksumBytes <=
              kMaxDeadLetterHeaderBytes);
// x86-64 stores the lowest byte first, as the format does.
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

// The texts in the order of the file.
template <typename Letter>
auto texts_of(Letter& letter) {
  return std::array{&letter.path, &letter.content_type, &letter.content_encoding, &letter.endpoint, &letter.problem};
}

template <typename Number>
void append(std::string& out, Number number) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  out.append(bytes, sizeof number);
}

template <typename Number>
Number number_at(std::string_view bytes, std::size_t offset) {
  Number number;
  std::memcpy(&number, bytes.data() + offset, sizeof number);
  return number;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }

// What may become part of a request: nothing that ends a line of HTTP.
bool is_text(std::string_view text) { return text.size() <= kMaxTextBytes && std::ranges::none_of(text, is_control); }

std::string cleaned(std::string_view text) {
  std::string result(text.substr(0, kMaxTextBytes));
  std::ranges::replace_if(result, is_control, ' ');
  return result;
}

Error damaged(std::string_view how) { return {fmt::format("damaged: {}", how)}; }

}  // namespace

Result<std::string> encode_dead_letter(const otlp::Letter& letter, std::int64_t time_ns) {
  otlp::Letter clean = letter;
  clean.body.clear();
  clean.problem = cleaned(letter.problem);
  for (const std::string* text : texts_of(clean)) {
    if (!is_text(*text)) return Error{fmt::format("a request cannot be kept: `{}` is no header", cleaned(*text))};
  }
  if (letter.body.size() > kMaxDeadLetterBodyBytes) {
    return Error{
        fmt::format("a request of {} bytes cannot be kept: at most {}", letter.body.size(), kMaxDeadLetterBodyBytes)};
  }
  std::size_t header_bytes = kFixedBytes + kChecksumBytes;
  for (const std::string* text : texts_of(clean)) header_bytes += sizeof(std::uint32_t) + text->size();
  std::string out;
  out.reserve(header_bytes + letter.body.size());
  out += kMagic;
  append(out, kVersion);
  append(out, static_cast<std::uint32_t>(header_bytes));
  append(out, static_cast<std::uint64_t>(letter.body.size()));
  append(out, letter.records);
  append(out, time_ns);
  append(out, crc32c(letter.body));
  for (const std::string* text : texts_of(clean)) {
    append(out, static_cast<std::uint32_t>(text->size()));
    out += *text;
  }
  append(out, crc32c(out));
  out += letter.body;
  return out;
}

bool is_dead_letter_of_another_version(std::string_view bytes) {
  return bytes.size() >= kMagic.size() + sizeof kVersion && bytes.starts_with(kMagic) &&
         number_at<std::uint32_t>(bytes, kMagic.size()) != kVersion;
}

Result<DeadLetterHeader> decode_dead_letter_header(std::string_view bytes, std::uint64_t file_bytes) {
  if (is_dead_letter_of_another_version(bytes)) return Error{"made by another version of glimpse"};
  if (bytes.size() < kFixedBytes + kChecksumBytes || !bytes.starts_with(kMagic)) return damaged("no dead letter");
  DeadLetterHeader header;
  header.header_bytes = number_at<std::uint32_t>(bytes, 12);
  if (header.header_bytes > std::min(bytes.size(), kMaxDeadLetterHeaderBytes) ||
      header.header_bytes < kFixedBytes + kChecksumBytes) {
    return damaged("its header is cut off");
  }
  const std::size_t end = header.header_bytes - kChecksumBytes;
  if (crc32c(bytes.substr(0, end)) != number_at<std::uint32_t>(bytes, end)) return damaged("its header has changed");
  header.body_bytes = number_at<std::uint64_t>(bytes, 16);
  header.letter.records = number_at<std::uint64_t>(bytes, 24);
  header.time_ns = number_at<std::int64_t>(bytes, 32);
  header.body_checksum = number_at<std::uint32_t>(bytes, 40);
  if (header.body_bytes > kMaxDeadLetterBodyBytes || file_bytes != header.header_bytes + header.body_bytes) {
    return damaged("it is cut off, or something follows it");
  }
  std::size_t at = kFixedBytes;
  for (std::string* text : texts_of(header.letter)) {
    if (end - at < sizeof(std::uint32_t)) return damaged("its texts are cut off");
    const auto size = number_at<std::uint32_t>(bytes, at);
    at += sizeof size;
    if (size > end - at) return damaged("its texts are cut off");
    *text = bytes.substr(at, size);
    if (!is_text(*text)) return damaged("its texts are none");
    at += size;
  }
  if (at != end) return damaged("its texts are not all");
  return header;
}

Result<otlp::Letter> decode_dead_letter(std::string_view file) {
  auto header = decode_dead_letter_header(file.substr(0, kMaxDeadLetterHeaderBytes), file.size());
  if (!header) return header.error();
  const std::string_view body = file.substr(header->header_bytes);
  if (crc32c(body) != header->body_checksum) return damaged("its body has changed");
  header->letter.body = body;
  return std::move(header->letter);
}

}  // namespace glimpse::writers
