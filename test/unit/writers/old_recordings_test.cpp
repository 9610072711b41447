// Recordings of earlier versions are read as they always were. Nobody writes them any more, so two stand here as they
// were: of version 2, made by `glimpse run --format glimpse` of a program that calls and throws; and of version 3, made
// of the same records, with seeds and roots, by the encoder of that version.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

#include "test/support/memory_writer.h"
#include "writers/recording/block_file.h"
#include "writers/recording/checksum.h"
#include "writers/recording/decoder.h"

namespace glimpse::writers {
namespace {

using recording::BlockFile;
using recording::BlockHeader;

constexpr const char* kVersion2 =
    "89474c494d5053450200010096000000b2a3853fb90a6b2a000000000000000000000000000000000000000000000000"
    "03000000000000000000000000000000360000000000000000000000360000005f466b8dc593008d046d61696e036f6c"
    "6400000f6170703a3a6f7574657228696e74290361707000000e6170703a3a6c65616628696e74290361707000009600"
    "000047454e4489474c494d5053450200020013010000b2a3853fb90a6b2a05cae8614c33ea18ed0ff0614c33ea180100"
    "0000000000001100000003000000130000001c00000084000000130000001c00000084000000931c0a4fc74624fb0405"
    "010008090a000a0000090a000a020000078cf6b58fc6e98cf518911564b90c5a321f311f1e14e4ad098c569601008aa8"
    "c69e8cd399ea31aa46a64601052e2f6f6c640d2f746d702f73686f702f6f6c64092f746d702f73686f7002766d05302e"
    "312e3003747363086275696c742d696e000000000098eceb9e8cd399ea31aa46aa46036f6c649523952303127374643a"
    "3a72756e74696d655f6572726f720374776f00000000aa460e1c020000000000001301000047454e44";

constexpr const char* kVersion3 =
    "89474c494d5053450300010096000000b2a3853fb90a6b2a000000000000000000000000000000000000000000000000"
    "03000000000000000000000000000000360000000000000000000000360000005f466b8dfdad88e0046d61696e036f6c"
    "6400000f6170703a3a6f7574657228696e74290361707000000e6170703a3a6c65616628696e74290361707000009600"
    "000047454e4489474c494d50534503000200e6000000b2a3853fb90a6b2a0080d6b3d9b598187885d6b3d9b598180100"
    "000000000000110000000300000014000000160000006100000014000000160000005c000000662bf2f1e4f2c0fe0405"
    "01000b101112001200001112001202000007e480da9e9bbbadcc186464646464646464646464646428b52ffd20619d02"
    "007404008080b4bdb6f6da98310e0c01052e2f6f6c64009a010e036f6c6407074d03127374643a3a72756e74696d655f"
    "6572726f720374776f000000000e0e1c02010563616c6c730600030000c2284299a60077e600000047454e44";

std::string bytes_of(std::string_view hex) {
  std::string bytes;
  for (std::size_t at = 0; at < hex.size(); at += 2)
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(at, 2)), nullptr, 16));
  return bytes;
}

// Its recording, with that version in the headers of both blocks.
std::string as_version(std::uint16_t version) {
  std::string bytes = bytes_of(version < 3 ? kVersion2 : kVersion3);
  for (std::size_t at = 0; at < bytes.size();) {
    BlockHeader header{};
    std::memcpy(&header, bytes.data() + at, sizeof header);
    header.version = version;
    header.header_crc = recording::crc32c({reinterpret_cast<const char*>(&header), offsetof(BlockHeader, header_crc)});
    std::memcpy(bytes.data() + at, &header, sizeof header);
    at += header.block_bytes;
  }
  return bytes;
}

MemoryWriter read(const std::string& bytes) {
  MemoryWriter records;
  BlockFile file = BlockFile::of_memory(bytes, "old.glimpse");
  recording::Decoder decoder;
  for (auto header = file.next(); header && *header; header = file.next()) {
    const auto columns = file.columns();
    EXPECT_TRUE(columns.ok());
    EXPECT_TRUE(decoder.read(**header, *columns, records).ok());
  }
  return records;
}

class OldRecording : public testing::TestWithParam<std::uint16_t> {};

TEST_P(OldRecording, HasTheRecordsItAlwaysHad) {
  const MemoryWriter records = read(as_version(GetParam()));
  const char* const stages[] = {"START", "END", "EXCEPTION", "call"};
  std::vector<std::string> calls;
  for (const KeptCall& kept : records.only<KeptCall>()) {
    std::string line = std::string(stages[static_cast<int>(kept.call.stage)]) + " " +
                       std::to_string(kept.call.call_id) + " in " + std::to_string(kept.call.parent_call_id) + " " +
                       kept.function.name;
    if (kept.has_exception) line += " " + kept.exception_type + ": " + kept.what;
    calls.push_back(line);
    EXPECT_EQ(kept.call.root_call_id, GetParam() < 3 ? 0U : 1U) << "not guessed where it is not known";
    EXPECT_FALSE(kept.call.trace);
    EXPECT_TRUE(kept.call.parent_call_is_nearest);
  }
  EXPECT_EQ(calls, (std::vector<std::string>{
                       "START 1 in 0 main", "START 2 in 1 app::outer(int)", "START 3 in 2 app::leaf(int)",
                       "END 3 in 2 app::leaf(int)", "START 4 in 2 app::leaf(int)", "END 4 in 2 app::leaf(int)",
                       "END 2 in 1 app::outer(int)", "START 5 in 1 app::outer(int)", "START 6 in 5 app::leaf(int)",
                       "END 6 in 5 app::leaf(int)", "START 7 in 5 app::leaf(int)",
                       "EXCEPTION 7 in 5 app::leaf(int) std::runtime_error: two", "END 5 in 1 app::outer(int)",
                       "END 1 in 0 main"}));
  ASSERT_EQ(records.only<Process>().size(), 1U);
  EXPECT_EQ(records.only<Process>()[0].command, std::vector<std::string>{"./old"});
  EXPECT_EQ(records.only<Process>()[0].trace_seed, GetParam() < 3 ? 0U : 77U);
  ASSERT_EQ(records.only<Summary>().size(), 1U);
  EXPECT_EQ(records.only<Summary>()[0].records, 14U);
  EXPECT_EQ(records.only<Summary>()[0].exit_status, 0);
  EXPECT_EQ(records.only<Summary>()[0].patched.size(), GetParam() < 3 ? 0U : 1U);
}

INSTANTIATE_TEST_SUITE_P(Versions, OldRecording, testing::Values(std::uint16_t{1}, std::uint16_t{2}, std::uint16_t{3}));

}  // namespace
}  // namespace glimpse::writers
