#include "writers/dead_letter_file.h"

#include <gtest/gtest.h>

namespace glimpse::writers {
namespace {

otlp::Letter letter() {
  otlp::Letter letter;
  letter.path = "/v1/traces";
  letter.content_type = "application/x-protobuf";
  letter.content_encoding = "gzip";
  letter.body = std::string("\x1f\x8b\0\n body", 9);
  letter.records = 512;
  letter.endpoint = "http://127.0.0.1:4318/v1/traces";
  letter.problem = "503 Service Unavailable";
  return letter;
}

std::string encoded(const otlp::Letter& what = letter()) {
  auto bytes = encode_dead_letter(what, 1'700'000'000'123'456'789);
  EXPECT_TRUE(bytes.ok());
  return bytes ? *bytes : "";
}

TEST(DeadLetterFile, GivesBackWhatWasPutIn) {
  const std::string file = encoded();
  const auto header = decode_dead_letter_header(file, file.size());
  ASSERT_TRUE(header.ok()) << header.error().message;
  EXPECT_EQ(header->time_ns, 1'700'000'000'123'456'789);
  EXPECT_EQ(header->body_bytes, letter().body.size());
  const auto back = decode_dead_letter(file);
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ(back->path, letter().path);
  EXPECT_EQ(back->content_type, letter().content_type);
  EXPECT_EQ(back->content_encoding, letter().content_encoding);
  EXPECT_EQ(back->body, letter().body);
  EXPECT_EQ(back->records, 512U);
  EXPECT_EQ(back->endpoint, letter().endpoint);
  EXPECT_EQ(back->problem, letter().problem);
}

TEST(DeadLetterFile, LooksAsThePageDrawsIt) {
  const std::string file = encoded();
  EXPECT_EQ(file.substr(0, 8), "GLMPDLTR");
  EXPECT_EQ(file.substr(8, 4), std::string("\1\0\0\0", 4));
  EXPECT_EQ(file.substr(24, 8), std::string("\0\2\0\0\0\0\0\0", 8));                // records
  EXPECT_EQ(file.substr(44, 4 + 10), std::string("\x0a\0\0\0", 4) + "/v1/traces");  // the first text
  EXPECT_EQ(file.substr(file.size() - letter().body.size()), letter().body);
}

TEST(DeadLetterFile, EachBitThatChangesIsNoticed) {
  const std::string file = encoded();
  for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
    std::string changed = file;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    EXPECT_FALSE(decode_dead_letter(changed).ok()) << "bit " << bit;
  }
}

TEST(DeadLetterFile, EachCutIsNoticed) {
  const std::string file = encoded();
  for (std::size_t bytes = 0; bytes < file.size(); ++bytes) {
    EXPECT_FALSE(decode_dead_letter(file.substr(0, bytes)).ok()) << bytes << " bytes";
  }
  EXPECT_FALSE(decode_dead_letter(file + "x").ok());
}

TEST(DeadLetterFile, AnEmptyBodyIsABody) {
  otlp::Letter empty = letter();
  empty.body.clear();
  const auto back = decode_dead_letter(encoded(empty));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->body, "");
}

TEST(DeadLetterFile, NothingThatEndsALineOfHttpIsKept) {
  for (std::string otlp::Letter::* text :
       {&otlp::Letter::path, &otlp::Letter::content_type, &otlp::Letter::content_encoding, &otlp::Letter::endpoint}) {
    otlp::Letter bad = letter();
    bad.*text += "\r\nAuthorization: x";
    EXPECT_FALSE(encode_dead_letter(bad, 0).ok());
    bad.*text = std::string(3000, 'a');
    EXPECT_FALSE(encode_dead_letter(bad, 0).ok());
  }
}

TEST(DeadLetterFile, AProblemIsCutAndCleaned) {
  otlp::Letter told = letter();
  told.problem = "line\n" + std::string(5000, 'p');
  const auto back = decode_dead_letter(encoded(told));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->problem.substr(0, 6), "line p");
  EXPECT_EQ(back->problem.size(), 2048U);
}

TEST(DeadLetterFile, AnotherVersionIsNoDamage) {
  std::string file = encoded();
  file[8] = 2;
  EXPECT_TRUE(is_dead_letter_of_another_version(file));
  EXPECT_FALSE(decode_dead_letter(file).ok());
  EXPECT_FALSE(is_dead_letter_of_another_version(encoded()));
  EXPECT_FALSE(is_dead_letter_of_another_version("GLMPDLTR"));
}

}  // namespace
}  // namespace glimpse::writers
