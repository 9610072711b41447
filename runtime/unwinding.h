// Exceptions between their throw and their catch.
#pragma once

#include <cstdint>

#include "runtime/hot/function_table.h"
#include "runtime/hot/lane.h"
#include "runtime/stack_trace.h"

namespace glimpse::runtime {

// An exit hook while an exception is in flight: gcc calls it for frames that are being unwound, and destructors exit as
// usual. The lane's guard is set.
void exit_in_flight(Thread& thread, std::uint32_t what, std::uint32_t call_site, std::uintptr_t stack_pointer);

// The program ends a block, whose frame this is, while an exception is in flight. `unwound`: because of it. The lane's
// guard is set.
void end_block_in_flight(Thread& thread, const Frame* frame, bool unwound);

// Frames were taken off the thread's shadow stack: they were not open at any throw any more, and what takes their place
// is new.
void forget_left_frames(Thread& thread);

// `exception` (an _Unwind_Exception*) is about to unwind this thread's stack, from `from` outwards.
void note_throw(const void* exception, const CallPlace& from);

// The unwinder is about to resume in a frame whose callees lay below `stack_pointer`.
// `handlers_exception`: what a handler there takes, where its __cxa_begin_catch will not be seen; else null.
void note_landing(std::uintptr_t stack_pointer, const void* handlers_exception);

// Whether the program's own __cxa_begin_catch tells us (runtime/wrapped.cpp).
bool catches_wrapped();
void note_wrapped();

// A handler takes the exception; its frame's stack pointer is `stack_pointer`.
void note_catch(const void* exception, std::uintptr_t stack_pointer);

}  // namespace glimpse::runtime
