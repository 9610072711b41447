// JSON with the place of everything in it.
//
// A policy is written by hand, so what counts is the message: each value and key knows its line and column, and a text
// that is no JSON gives one sentence about the first thing that is wrong. That is why this reader is ours: the
// libraries at hand keep no places, and speak of tokens.
//
// Accepts RFC 8259, and nothing beyond: no comments, no trailing commas. Limits: kMaxDepth levels. Threads: pure
// function. Failure: Problem; nothing is thrown.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace glimpse::policy::json {

inline constexpr int kMaxDepth = 32;

// 1-based; columns count Unicode code points.
struct Place {
  unsigned line = 1;
  unsigned column = 1;
  friend auto operator<=>(const Place&, const Place&) = default;
};

enum class Kind { kNull, kBool, kNumber, kString, kArray, kObject };

struct Member;

struct Value {
  Kind kind = Kind::kNull;
  Place place;                  // of its first character
  std::string text;             // kString: decoded; kNumber, kBool, kNull: as written
  std::vector<Value> items;     // kArray
  std::vector<Member> members;  // kObject, in the order of the text, duplicates included
};

struct Member {
  std::string key;
  Place place;  // of the key
  Value value;
};

struct Problem {
  Place place;
  std::string message;  // "expected \",\" or \"]\" after this item"
};

struct Document {
  Value root;
  std::optional<Problem> problem;  // root is not to be used where this is set
};

Document read(std::string_view text);

// "a string", "a list": for messages.
std::string_view describe(Kind kind);

}  // namespace glimpse::policy::json
