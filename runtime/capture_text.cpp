#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include "runtime/capture_text.h"
#include "runtime/foreign_memory.h"
#include "runtime/text.h"

namespace glimpse::runtime {

namespace {

using wire::CaptureEnum;
using wire::CaptureEnumerator;
using wire::CaptureFormat;
using wire::CaptureValue;
using wire::ValueKind;

constexpr std::size_t kPieceBytes = 256;  // read from strings at once: lies on the stack of the traced thread
constexpr std::uintptr_t kPageBytes = 4096;
constexpr std::size_t kNumberBytes = 32;  // the longest of what is neither string nor name
constexpr std::size_t kMostValueBytes = 32;

const CaptureValue* values_of(const CaptureFormat& format) {
  return reinterpret_cast<const CaptureValue*>(&format + 1);
}

template <typename Target>
const Target* at_distance(const std::int32_t& field) {
  return field == 0 ? nullptr : reinterpret_cast<const Target*>(reinterpret_cast<const char*>(&field) + field);
}

bool is_string(ValueKind kind) {
  return kind == ValueKind::kCString || (kind >= ValueKind::kString && kind <= ValueKind::kLlvmView);
}

class Writer {
 public:
  Writer(char* to, std::size_t room) : begin_(to), at_(to), end_(to + room) {}

  std::size_t length() const { return static_cast<std::size_t>(at_ - begin_); }
  bool full() const { return at_ == end_; }

  void put(char c) {
    if (at_ != end_) *at_++ = c;
  }
  void put(const char* text) {
    while (*text != 0 && at_ != end_) *at_++ = *text++;
  }
  void put_decimal(std::uint64_t number) {
    char digits[20];
    int count = 0;
    do {
      digits[count++] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    while (count > 0) put(digits[--count]);
  }
  void put_signed(std::int64_t number) {
    if (number < 0) put('-');
    put_decimal(number < 0 ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number));
  }
  void put_hex(std::uint64_t number, int digits) {
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) put("0123456789abcdef"[(number >> shift) & 15]);
  }
  void put_address(std::uint64_t address) {
    int digits = 1;
    while (digits < 16 && address >> (4 * digits) != 0) ++digits;
    put("0x");
    put_hex(address, digits);
  }
  // Whole or not at all: half a number would be another one.
  void put_float(const std::uint64_t* words, unsigned bytes) {
    const std::size_t length = bytes == 4 ? 10 : bytes == 8 ? 18 : 22;
    if (static_cast<std::size_t>(end_ - at_) < length) {
      end_ = at_;
      return;
    }
    put(wire::kFloatMark);
    put(bytes == 4 ? 'f' : bytes == 8 ? 'd' : 'l');
    if (bytes == 16) put_hex(words[1], 4);
    put_hex(words[0], bytes == 4 ? 8 : 16);
  }
  void put_escaped(char c, char quote) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == quote || c == '\\') {
      put('\\'), put(c);
    } else if (c == '\n') {
      put("\\n");
    } else if (c == '\t') {
      put("\\t");
    } else if (c == '\r') {
      put("\\r");
    } else if (byte < 0x20 || byte == 0x7f) {
      put("\\x"), put_hex(byte, 2);
    } else {
      put(c);
    }
  }

 private:
  char* begin_;
  char* at_;
  char* end_;
};

// Characters at `from`, which may lead anywhere: `bytes` of them, or up to the first zero.
void put_string(Writer& out, std::uint64_t from, std::uint64_t bytes, bool ends_at_zero) {
  char piece[kPieceBytes];
  bool begun = false;
  while (!out.full() && (bytes > 0 || !begun)) {
    const std::uint64_t to_page_end = kPageBytes - from % kPageBytes;
    std::uint64_t wanted = bytes < kPieceBytes ? bytes : kPieceBytes;
    if (wanted > to_page_end) wanted = to_page_end;
    const std::size_t got = bytes == 0 ? 0 : read_foreign(piece, reinterpret_cast<const void*>(from), wanted);
    if (!begun && got == 0 && bytes > 0) return out.put_address(from);
    if (!begun) out.put('"');
    begun = true;
    for (std::size_t i = 0; i < got; ++i) {
      if (ends_at_zero && piece[i] == 0) return out.put('"');
      out.put_escaped(piece[i], '"');
    }
    if (got < wanted) return out.put("\"...");  // the memory ends before the text
    from += got;
    bytes -= got;
  }
  out.put('"');
}

constexpr std::uint64_t kAnyLength = ~std::uint64_t{0} >> 1;

// A std::string that lies at `address`, of which `object` is a copy.
void put_std_string(Writer& out, ValueKind kind, std::uint64_t address, const std::uint64_t* object) {
  std::uint64_t characters = object[0];
  std::uint64_t length = object[1];
  if (kind == ValueKind::kOldString) {  // its length lies before the characters
    if (read_foreign(&length, reinterpret_cast<const void*>(characters - 24), sizeof(length)) != sizeof(length)) {
      return out.put_address(characters);
    }
  } else if (kind == ValueKind::kLlvmString) {
    const bool is_long = (object[0] & 1) != 0;
    characters = is_long ? object[2] : address + 1;
    length = is_long ? object[1] : (object[0] & 0xff) >> 1;
  }
  const std::uint64_t within = characters - address;  // short strings lie in the object, which was copied already
  if (address != 0 && within < kMostValueBytes && length <= kMostValueBytes - within) {
    const char* copy = reinterpret_cast<const char*>(object) + within;
    out.put('"');
    for (std::uint64_t i = 0; i < length; ++i) out.put_escaped(copy[i], '"');
    return out.put('"');
  }
  put_string(out, characters, length, false);
}

void put_enum(Writer& out, const CaptureValue& value, std::int64_t number) {
  const auto* names = at_distance<CaptureEnum>(value.detail);
  if (names != nullptr) {
    const auto* enumerators = reinterpret_cast<const CaptureEnumerator*>(names + 1);
    for (std::uint64_t i = 0; i < names->count; ++i) {
      if (enumerators[i].value == number && enumerators[i].name != 0) {
        return out.put(at_distance<char>(enumerators[i].name));
      }
    }
  }
  if (value.kind == ValueKind::kSignedEnum) return out.put_signed(number);
  out.put_decimal(static_cast<std::uint64_t>(number));
}

std::uint64_t without_high_bits(std::uint64_t word, unsigned bytes) {
  return bytes >= 8 ? word : word & ((std::uint64_t{1} << (8 * bytes)) - 1);
}

std::int64_t with_sign(std::uint64_t word, unsigned bytes) {
  const unsigned unused = bytes >= 8 ? 0 : 64 - 8 * bytes;
  return static_cast<std::int64_t>(word << unused) >> unused;
}

// `words` holds the value itself; `address` is where it lies, 0 where it is not in memory.
void put_plain(Writer& out, const CaptureValue& value, const std::uint64_t* words, std::uint64_t address) {
  switch (value.kind) {
    case ValueKind::kSigned:
      return out.put_signed(with_sign(words[0], value.bytes));
    case ValueKind::kUnsigned:
      return out.put_decimal(without_high_bits(words[0], value.bytes));
    case ValueKind::kBool:
      return out.put((words[0] & 0xff) != 0 ? "true" : "false");
    case ValueKind::kChar:
      out.put('\'');
      if ((words[0] & 0xff) == 0) {
        out.put("\\0");
      } else {
        out.put_escaped(static_cast<char>(words[0]), '\'');
      }
      return out.put('\'');
    case ValueKind::kFloat:
      return out.put_float(words, value.bytes);
    case ValueKind::kPointer:
      return out.put_address(words[0]);
    case ValueKind::kCString:
      return put_string(out, words[0], kAnyLength, true);
    case ValueKind::kSignedEnum:
      return put_enum(out, value, with_sign(words[0], value.bytes));
    case ValueKind::kUnsignedEnum:
      return put_enum(out, value, static_cast<std::int64_t>(without_high_bits(words[0], value.bytes)));
    case ValueKind::kString:
    case ValueKind::kOldString:
    case ValueKind::kLlvmString:
      return put_std_string(out, value.kind, address, words);
    case ValueKind::kView:
      return put_string(out, words[1], words[0], false);
    case ValueKind::kLlvmView:
      return put_string(out, words[0], words[1], false);
    default:
      return out.put('?');  // of a later version
  }
}

// The value at `address`, which may lead anywhere and lie across a page's end.
void put_from_memory(Writer& out, const CaptureValue& value, std::uint64_t address) {
  std::uint64_t object[kMostValueBytes / sizeof(std::uint64_t)] = {0, 0, 0, 0};
  const std::size_t bytes = value.bytes < kMostValueBytes ? value.bytes : kMostValueBytes;
  const std::uint64_t to_page_end = kPageBytes - address % kPageBytes;
  const std::size_t first = bytes < to_page_end ? bytes : static_cast<std::size_t>(to_page_end);
  auto* to = reinterpret_cast<char*>(object);
  std::size_t got = read_foreign(to, reinterpret_cast<const void*>(address), first);
  if (got == first && first < bytes) {
    got += read_foreign(to + first, reinterpret_cast<const void*>(address + first), bytes - first);
  }
  if (got < bytes) return out.put_address(address);
  put_plain(out, value, object, address);
}

void put_value(Writer& out, const CaptureValue& value, const std::uint64_t* words) {
  if (value.kind == ValueKind::kRedacted) return out.put("[REDACTED]");
  if (value.kind == ValueKind::kOther || value.words == 0) {
    const char* type = at_distance<char>(value.detail);
    out.put('<'), out.put(type == nullptr ? "?" : type), out.put('>');
    return;
  }
  if ((value.flags & wire::kByAddress) != 0) return put_from_memory(out, value, words[0]);
  put_plain(out, value, words, 0);
}

}  // namespace

std::size_t captured_bytes(const CaptureFormat& format, std::size_t most) {
  std::size_t bytes = 0;
  for (std::uint32_t i = 0; i < format.count && bytes < most; ++i) {
    const CaptureValue& value = values_of(format)[i];
    if (is_string(value.kind)) return most;
    if (value.kind == ValueKind::kSignedEnum || value.kind == ValueKind::kUnsignedEnum) return most;
    if (const char* name = at_distance<char>(value.name)) bytes += text_length(name);
    if (value.kind == ValueKind::kOther && value.detail != 0) bytes += text_length(at_distance<char>(value.detail));
    bytes += kNumberBytes;
  }
  return bytes < most ? bytes : most;
}

std::size_t write_captured(const CaptureFormat& format, const std::uint64_t* values, bool named, char* to,
                           std::size_t room) {
  Writer out(to, room);
  for (std::uint32_t i = 0; i < format.count; ++i) {
    const CaptureValue& value = values_of(format)[i];
    if (i > 0) out.put(", ");
    if (named) {
      const char* name = at_distance<char>(value.name);
      if (name == nullptr) {
        out.put("arg"), out.put_decimal(i + 1);
      } else {
        out.put(name);
      }
      out.put('=');
    }
    if (out.full()) break;
    put_value(out, value, values);
    values += value.words;
  }
  return out.length();
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
