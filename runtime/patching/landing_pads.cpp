#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include "runtime/patching/landing_pads.h"

namespace glimpse::runtime {

namespace {

constexpr std::uint8_t kOmitted = 0xff;
constexpr std::uint8_t kUnsignedLeb = 0x01;
constexpr std::uint8_t kUnsigned4 = 0x03;

}  // namespace

LandingPads::LandingPads(const EhFrameEntry& entry) : function_(entry.start), reader_(entry.landing_table) {
  if (entry.landing_table == 0) return;
  understood_ = false;
  if (entry.landing_table == kStrangeLandingTable) return;
  if (reader_.fixed<std::uint8_t>() != kOmitted) return;  // landing pads elsewhere than in the function
  if (reader_.fixed<std::uint8_t>() != kOmitted) reader_.unsigned_leb();
  encoding_ = reader_.fixed<std::uint8_t>();
  if (encoding_ != kUnsignedLeb && encoding_ != kUnsigned4) return;
  const std::uint64_t bytes = reader_.unsigned_leb();
  end_ = reader_.at() + bytes;
  understood_ = true;
}

bool LandingPads::next(Landing& landing) {
  while (reader_.at() < end_) {
    landing.from = function_ + number();
    landing.to = landing.from + number();
    const std::uint64_t pad = number();
    reader_.unsigned_leb();  // what to do there
    if (pad == 0) continue;
    landing.at = function_ + pad;
    return true;
  }
  return false;
}

std::uint64_t LandingPads::number() {
  return encoding_ == kUnsignedLeb ? reader_.unsigned_leb() : reader_.fixed<std::uint32_t>();
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
