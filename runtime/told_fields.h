// Texts and fields of the program as a record has them (include/glimpse/wire/record.h), cut to what it may hold.
//
// A text is cut at the session's max_field_bytes and at a sixteenth of the ring, a record at a quarter of it, both
// between two characters of UTF-8. Nothing is copied: the pieces point at what the caller gave.
//
// Threads and signals: safe anywhere, in a process that is attached.
#pragma once

#include <cstddef>
#include <cstdint>

#include "glimpse/api.h"
#include "glimpse/wire/record.h"
#include "runtime/room.h"

namespace glimpse::runtime {

// Of one record, at most. More attributes of a span are told in further ones.
inline constexpr std::size_t kMostFields = 128;
// Pieces that a field takes.
inline constexpr std::size_t kFieldPieces = 3;

// How much one record may hold yet.
struct TextBudget {
  std::uint32_t text_bytes;    // of a text, at most
  std::uint32_t key_bytes;     // of a key
  std::uint32_t record_bytes;  // of all that is still to come, padding included
};
TextBudget full_budget();

// As much of the text as there is room for.
Bytes take_text(glimpse_text text, TextBudget& budget);

// The first fields that there is room for, kMostFields at most: their headers, and kFieldPieces pieces for each.
// Returns how many.
std::size_t take_fields(const glimpse_field* fields, std::size_t count, TextBudget& budget, wire::FieldHeader* headers,
                        Bytes* pieces);

}  // namespace glimpse::runtime
