#include "collector/journal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "glimpse/wire/session_file.h"

namespace glimpse::collector {

namespace {

constexpr std::size_t kFirstAreaBytes = 64 << 10;

enum class Kind : std::uint32_t { kCheckpoint = 1, kBegins = 2, kHanded = 3 };

struct AreaHeader {
  std::atomic<std::uint64_t> sequence;   // 0: says nothing
  std::atomic<std::uint64_t> committed;  // bytes of notes behind this header
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

struct NoteHeader {
  Kind kind;
  std::uint32_t reserved;
  std::uint64_t bytes;  // behind this
};

struct BeginsNote {
  std::uint64_t block;
  writers::Place place;
};

struct HandedNote {
  std::uint64_t block;
  std::uint64_t until;
};

std::string area_path(const std::string& folder, int number) {
  return fmt::format("{}/{}{}", folder, wire::kJournalFilePrefix, number);
}

AreaHeader& header_of(SpoolMemory& area) { return *reinterpret_cast<AreaHeader*>(area.data()); }

std::string note(Kind kind, std::string_view payload) {
  const NoteHeader header{kind, 0, payload.size()};
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof(header));
  bytes += payload;
  return bytes;
}

template <typename Note>
std::string_view as_bytes(const Note& note) {
  return {reinterpret_cast<const char*>(&note), sizeof(note)};
}

// An area as another collector reads it: a copy that nobody changes.
struct AreaText {
  std::uint64_t sequence = 0;
  std::string notes;
};

AreaText read_area(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  std::uint64_t words[2] = {0, 0};
  if (bytes.size() < sizeof(AreaHeader)) return {};
  std::memcpy(words, bytes.data(), sizeof(words));
  if (words[0] == 0 || words[1] > bytes.size() - sizeof(AreaHeader)) return {};
  return {words[0], bytes.substr(sizeof(AreaHeader), words[1])};
}

TextProgress* text_of(Remembered& remembered, std::uint64_t block) {
  const auto found = std::find_if(remembered.texts.begin(), remembered.texts.end(),
                                  [&](const TextProgress& one) { return one.text.block == block; });
  return found == remembered.texts.end() ? nullptr : &*found;
}

void take_checkpoint(Remembered& remembered, SessionState state) {
  apply(remembered.state, std::move(state));
  remembered.texts.clear();
  for (const TextState& text : remembered.state.texts) remembered.texts.push_back({text, false, {}});
}

// One note. False where it is none of ours.
bool take(Remembered& remembered, Kind kind, std::string_view payload) {
  switch (kind) {
    case Kind::kCheckpoint: {
      auto state = decode(payload);
      if (!state) return false;
      take_checkpoint(remembered, std::move(*state));
      return true;
    }
    case Kind::kBegins: {
      BeginsNote begins{};
      if (payload.size() != sizeof(begins)) return false;
      std::memcpy(&begins, payload.data(), sizeof(begins));
      TextProgress* const text = text_of(remembered, begins.block);
      if (text == nullptr) return false;
      text->began = true;
      text->place = begins.place;
      return true;
    }
    case Kind::kHanded: {
      HandedNote handed{};
      if (payload.size() != sizeof(handed)) return false;
      std::memcpy(&handed, payload.data(), sizeof(handed));
      TextProgress* const text = text_of(remembered, handed.block);
      if (text == nullptr) return false;
      text->began = false;
      text->text.begin = std::min(handed.until, text->text.end);
      return true;
    }
  }
  return false;
}

}  // namespace

std::optional<Remembered> Journal::read(const std::string& folder) {
  AreaText area = read_area(area_path(folder, 0));
  if (AreaText other = read_area(area_path(folder, 1)); other.sequence > area.sequence) area = std::move(other);
  if (area.sequence == 0) return std::nullopt;
  Remembered remembered;
  for (std::string_view rest = area.notes; !rest.empty();) {
    NoteHeader header{};
    if (rest.size() < sizeof(header)) return std::nullopt;
    std::memcpy(&header, rest.data(), sizeof(header));
    rest.remove_prefix(sizeof(header));
    if (header.bytes > rest.size() || !take(remembered, header.kind, rest.substr(0, header.bytes))) return std::nullopt;
    rest.remove_prefix(header.bytes);
  }
  std::erase_if(remembered.texts, [](const TextProgress& one) { return one.text.begin >= one.text.end; });
  return remembered;
}

bool Journal::append(std::string_view note) {
  AreaHeader& header = header_of(*area_);
  const std::uint64_t at = header.committed.load(std::memory_order_relaxed);
  if (area_->size() - sizeof(AreaHeader) - at < note.size()) {
    if (!area_->grow(sizeof(AreaHeader) + at + note.size() + area_->size())) return false;
    return append(note);
  }
  std::memcpy(area_->data() + sizeof(AreaHeader) + at, note.data(), note.size());
  header.committed.store(at + note.size(), std::memory_order_release);
  return true;
}

// Begins the other area, which takes over with its first note in it.
bool Journal::begin_area(std::string_view first_note) {
  if (areas_[0] == nullptr) {
    for (int i = 0; i < 2; ++i) {
      areas_[i] = SpoolMemory::open(area_path(folder_, i), kFirstAreaBytes);
      if (areas_[i] == nullptr) return false;
      sequence_ = std::max(sequence_, header_of(*areas_[i]).sequence.load(std::memory_order_relaxed));
    }
    const bool first_is_newer = header_of(*areas_[0]).sequence.load(std::memory_order_relaxed) >=
                                header_of(*areas_[1]).sequence.load(std::memory_order_relaxed);
    area_ = areas_[first_is_newer ? 0 : 1].get();
  }
  SpoolMemory* const other = areas_[area_ == areas_[0].get() ? 1 : 0].get();
  // Half of an area is for what comes after its first note.
  if (!other->grow(sizeof(AreaHeader) + 2 * first_note.size())) return false;
  AreaHeader& header = header_of(*other);
  header.sequence.store(0, std::memory_order_seq_cst);
  header.committed.store(0, std::memory_order_seq_cst);
  area_ = other;
  if (!append(first_note)) return false;
  header.sequence.store(++sequence_, std::memory_order_release);
  return true;
}

void Journal::note_checkpoint(const SessionState& state) {
  if (given_up_) return;
  const std::string bytes = note(Kind::kCheckpoint, encode(state));
  if (!(state.whole != 0 ? begin_area(bytes) : append(bytes))) {
    give_up();
    return;
  }
  const std::uint64_t used = header_of(*area_).committed.load(std::memory_order_relaxed);
  full_ = used > area_->size() / 4 * 3;
}

void Journal::note_begins(std::uint32_t block, const writers::Place& place) {
  if (given_up_ || area_ == nullptr) return;
  if (!append(note(Kind::kBegins, as_bytes(BeginsNote{block, place})))) give_up();
}

void Journal::note_handed(std::uint32_t block, std::uint64_t until) {
  if (given_up_ || area_ == nullptr) return;
  if (!append(note(Kind::kHanded, as_bytes(HandedNote{block, until})))) give_up();
}

void Journal::give_up() {
  given_up_ = true;
  for (int i = 0; i < 2; ++i) {
    if (areas_[i] != nullptr) {
      header_of(*areas_[i]).sequence.store(0, std::memory_order_release);
    } else {
      unlink(area_path(folder_, i).c_str());
    }
  }
}

}  // namespace glimpse::collector
