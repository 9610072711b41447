// A noted position is found again, and never a wrong one.
#include "writers/delivery/cursor.h"

#include <gtest/gtest.h>

#include <fstream>

#include "test/support/temporary_folder.h"

namespace glimpse::writers::delivery {
namespace {

TEST(Cursor, IsFoundAgain) {
  const TemporaryFolder folder;
  Cursor(folder.path(), "sqlite").note({3, 77});
  EXPECT_EQ(Cursor(folder.path(), "sqlite").read(), (Position{3, 77}));
  EXPECT_EQ(Cursor(folder.path(), "otlp").read(), Position{});
}

TEST(Cursor, ADamagedOneSaysTheBegin) {
  const TemporaryFolder folder;
  Cursor(folder.path(), "sqlite").note({3, 77});
  std::fstream file(folder.file("cursor-sqlite"), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(1);
  file.put('\x5a');
  file.close();
  EXPECT_EQ(Cursor(folder.path(), "sqlite").read(), Position{});
}

TEST(Cursor, WithoutAFolderItForgetsAndHarmsNobody) {
  Cursor cursor("/nonexistent", "sqlite");
  cursor.note({3, 77});
  EXPECT_EQ(cursor.read(), Position{});
}

TEST(Position, GrowsWithItsNumber) {
  const Position places[] = {{0, 0}, {1, 0}, {1, 5}, {1, (std::uint64_t{1} << 36) - 1}, {2, 0}};
  for (std::size_t i = 0; i + 1 < std::size(places); ++i) {
    EXPECT_LT(places[i], places[i + 1]);
    EXPECT_LT(places[i].number(), places[i + 1].number());
    EXPECT_EQ(Position::of(places[i].number()), places[i]);
  }
}

}  // namespace
}  // namespace glimpse::writers::delivery
