// Every record but calls (process, thread, span, log, notice, summary) as a line of JSON.
//
// Each append_line() appends one line with the wanted keys, in the order of docs/records.md; nothing where none of the
// record's keys is wanted.
#pragma once

#include "writers/field_set.h"
#include "writers/line_buffer.h"
#include "writers/record.h"

namespace glimpse::writers {

void append_line(LineBuffer& out, const FieldSet& fields, const Process& record);
void append_line(LineBuffer& out, const FieldSet& fields, const Thread& record);
void append_line(LineBuffer& out, const FieldSet& fields, const Span& record);
void append_line(LineBuffer& out, const FieldSet& fields, const Log& record);
void append_line(LineBuffer& out, const FieldSet& fields, const Notice& record);
void append_line(LineBuffer& out, const FieldSet& fields, const Summary& record);

// `SIGKILL` for 9, `SIGRTMIN+2` for a real-time signal; the number's digits where the system has no name.
std::string signal_name(int number);

}  // namespace glimpse::writers
