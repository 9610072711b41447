#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include "runtime/process.h"
#include "runtime/told_fields.h"

namespace glimpse::runtime {

namespace {

constexpr std::uint32_t kMostRecordBytes = (wire::kMaxPayloadWords - 64) * 8;  // beside the longest fixed part

std::uint32_t smaller(std::uint64_t a, std::uint64_t b) { return static_cast<std::uint32_t>(a < b ? a : b); }

std::uint32_t padded(std::uint32_t bytes) { return wire::words_for(bytes) * 8; }

// The length of the text where it is cut at `most` bytes, before a character that would be torn.
std::uint32_t cut_length(glimpse_text text, std::uint32_t most) {
  if (text.data == nullptr) return 0;
  if (text.bytes <= most) return static_cast<std::uint32_t>(text.bytes);
  std::uint32_t end = most;
  while (end > 0 && most - end < 4 && (static_cast<unsigned char>(text.data[end]) & 0xc0) == 0x80) --end;
  return most - end < 4 ? end : most;  // else no UTF-8 anyway
}

wire::FieldType wire_type(std::uint32_t type) {
  return type <= GLIMPSE_VALUE_BOOL ? static_cast<wire::FieldType>(type) : wire::FieldType::kUnsigned;
}

}  // namespace

TextBudget full_budget() {
  const std::uint64_t ring = process.header->ring_bytes;
  const std::uint64_t text = process.session->max_field_bytes;
  return {smaller(text, ring / 16), smaller(smaller(text, ring / 32), 0xffff), smaller(ring / 4, kMostRecordBytes)};
}

Bytes take_text(glimpse_text text, TextBudget& budget) {
  const std::uint32_t most = smaller(budget.text_bytes, budget.record_bytes);
  const std::uint32_t length = cut_length(text, most);
  budget.record_bytes -= smaller(padded(length), budget.record_bytes);
  return {text.data, length};
}

std::size_t take_fields(const glimpse_field* fields, std::size_t count, TextBudget& budget, wire::FieldHeader* headers,
                        Bytes* pieces) {
  std::size_t taken = 0;
  for (; taken < count && taken < kMostFields; ++taken) {
    const glimpse_field& field = fields[taken];
    wire::FieldHeader& header = headers[taken];
    header.type = wire_type(field.type);
    header.reserved = 0;
    const std::uint32_t key_bytes = cut_length(field.key, budget.key_bytes);
    const bool text = header.type == wire::FieldType::kText;
    const std::uint32_t value_bytes = text ? cut_length(field.value.text, budget.text_bytes) : 8;
    const std::uint32_t bytes = 8 + padded(key_bytes) + padded(value_bytes);
    if (bytes > budget.record_bytes) break;
    budget.record_bytes -= bytes;
    header.key_bytes = static_cast<std::uint16_t>(key_bytes);
    header.text_bytes = text ? value_bytes : 0;
    *pieces++ = {reinterpret_cast<const char*>(&header), 8};
    *pieces++ = {field.key.data, key_bytes};
    *pieces++ = {text ? field.value.text.data : reinterpret_cast<const char*>(&field.value), value_bytes};
  }
  return taken;
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
