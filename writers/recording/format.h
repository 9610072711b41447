// The format of recordings: docs/recording-format.md draws it.
//
//   file:   block block block …              of one stream, or of several that took turns
//   block:  BlockHeader │ what │ time │ rest │ BlockEnd
//
// A block of names introduces functions; a block of records holds calls and everything else in the order of the lines.
// Numbers are little-endian. Within columns they are LEB128 (writers/recording/bytes.h), differences are zigzag.
//
// Who changes what stands here counts kVersion up.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace glimpse::writers::recording {

static_assert(std::endian::native == std::endian::little, "headers are written as they lie in memory");

// Its first byte is no text in any encoding: tools do not take a recording for text.
inline constexpr std::string_view kMagic{"\x89GLIMPSE", 8};
inline constexpr std::uint16_t kVersion = 4;
// The reader's: what these have to say, version 4 says the same way, but for the numbers of STARTs.
inline constexpr std::uint16_t kOldestVersion = 1;
// The first with roots of calls, whole calls, seeds of trace ids, patched hook calls and destinations.
inline constexpr std::uint16_t kVersionOfRoots = 3;
// The first with spans, logs, and the spans that calls began in.
inline constexpr std::uint16_t kVersionOfSpans = 4;

enum class BlockKind : std::uint16_t { kNames = 1, kRecords = 2 };  // readers skip kinds they do not know

// Columns are compressed one by one: what happened, when, and whatever is not a rule.
enum Column : std::uint8_t { kWhat, kTime, kRest, kColumns };

struct BlockHeader {
  char magic[8];
  std::uint16_t version;
  std::uint16_t kind;
  std::uint32_t block_bytes;  // from the first byte of the magic to the last of BlockEnd
  std::uint64_t stream;       // whose names are meant; a random number
  std::int64_t first_ns;      // the least and the greatest time of its records
  std::int64_t last_ns;
  std::uint64_t first_entry_id;  // of the first record
  std::uint32_t records;
  std::uint32_t names;  // kNames: names of the stream before this block. kRecords: those that it may speak of
  std::array<std::uint32_t, kColumns> raw_bytes;
  std::array<std::uint32_t, kColumns> packed_bytes;  // the same as raw_bytes: not compressed; else one zstd frame
  std::uint32_t columns_crc;                         // CRC-32C of the columns as they stand in the file
  std::uint32_t header_crc;                          // of everything before it
};
static_assert(sizeof(BlockHeader) == 88);

// So that the end of a file tells whether it is the end of a block.
struct BlockEnd {
  std::uint32_t block_bytes;
  std::uint32_t mark;
};
static_assert(sizeof(BlockEnd) == 8);
inline constexpr std::uint32_t kEndMark = 0x444e4547;  // "GEND"

inline constexpr std::size_t kFrameBytes = sizeof(BlockHeader) + sizeof(BlockEnd);
// Larger ones are damaged. A block is closed long before; one record may be large.
inline constexpr std::uint32_t kMaxColumnBytes = 64 << 20;

// The column `what`: one code for each record, with a number behind it where that is said.
enum Code : std::uint64_t {
  kEnd = 0,        // END of the innermost call
  kSwitch = 1,     // no record: from here on another thread; its number follows, in the order of their first appearance
                   // in the block; a new one has its pid and tid in `rest`
  kException = 2,  // EXCEPTION of the innermost call; its texts are in `rest`
  kExplicit = 3,   // a call of which something is not as expected: `rest` has a mask of Given and the values
  kProcess = 4,    // these four have all of their fields in `rest`
  kThread = 5,
  kNotice = 6,
  kSummary = 7,
  kCaller = 8,    // whole call: the innermost one open. Its function follows, as behind the next two
  kLeaf = 9,      // whole call inside of the innermost one, without others in it
  kNewLeaf = 10,  // the same, inside of so many callers of which nothing was told: their number follows; the difference
                  // of its id from the expected one is in `rest`
  kSeed = 11,     // no record: the trace seed of the calls from here on is in `rest`; none at the begin of a block
  kSpan = 12,     // these two have all of their fields in `rest`
  kLog = 13,
  kContext =
      14,       // no record: calls of this thread that begin from here on do so in another span, or in none; its number
                // follows, in the order of their first appearance in the block; a new one has its ids in `rest`
  kStart = 16,  // START of function 0; kStart + n: of function n
};
inline constexpr std::uint64_t kStartBeforeRoots = 8;

// More callers than this make a call explicit, so that few bytes never ask for much memory.
inline constexpr std::uint64_t kMostNewCallers = 64;
inline constexpr std::uint64_t kMostCallersInABlock = 1 << 20;

// What stands in `rest` for an explicit call, in this order; the mask's lowest two bits are its Stage.
enum Given : std::uint64_t {
  kStageBits = 3,
  kGivenEntry = 1 << 2,     // difference from the expected one
  kGivenCall = 1 << 3,      // difference from the expected one
  kGivenParent = 1 << 4,    // difference from the expected one
  kGivenDepth = 1 << 5,     // as it is
  kGivenFunction = 1 << 6,  // as it is; always for a START
  kGivenLevel = 1 << 7,     // as it is
  kGivenTime = 1 << 8,      // difference from the call before, which may be negative; then not in the column `time`
  kGivenDuration = 1 << 9,  // as it is
  kGivenText = 1 << 10,     // a text: the arguments of a START or whole call, the result of an END
  kGivenRoot = 1 << 11,     // difference from the expected one; it stands behind the parent
  kGivenResult = 1 << 12,   // a text: the result of a whole call
  kFailed = 1 << 13,        // nothing: a whole call was left by unwinding
  kGivenContext = 1 << 14,  // the number of the span it began in, and its ids where it is new; behind everything else
  kOtherNearest = 1 << 15,  // nothing: parent_call_is_nearest is not as expected
};

// Behind all that, for each EXCEPTION, explicit or not, and each whole call that failed: one of these words, and four
// texts where it has the first.
enum ExceptionText : std::uint64_t { kHasException = 1, kHasWhat = 2 };

}  // namespace glimpse::writers::recording
