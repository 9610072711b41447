#include "writers/dead_letters.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "test/support/temporary_folder.h"
#include "writers/dead_letter_file.h"

namespace glimpse::writers {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kHere = {"http://here/v1/traces"};
constexpr std::uint64_t kPlenty = 64 << 20;

otlp::Letter letter(std::string body, std::string endpoint = kHere.front()) {
  otlp::Letter letter;
  letter.path = "/v1/traces";
  letter.content_type = "application/x-protobuf";
  letter.body = std::move(body);
  letter.records = 10;
  letter.endpoint = std::move(endpoint);
  letter.problem = "no answer";
  return letter;
}

class DeadLettersTest : public testing::Test {
 protected:
  std::string folder() const { return parent_.file("state/glimpse/dlq"); }

  DeadLetters open(std::uint64_t most_bytes = kPlenty) const {
    auto letters = DeadLetters::open(folder(), most_bytes);
    if (!letters) throw std::runtime_error(letters.error().message);
    return std::move(*letters);
  }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder())) {
      const std::string name = entry.path().filename();
      if (name != ".lock") names.push_back(name);
    }
    std::ranges::sort(names);
    return names;
  }

  std::uint64_t bytes() const {
    std::uint64_t bytes = 0;
    for (const auto& entry : fs::directory_iterator(folder())) bytes += entry.file_size();
    return bytes;
  }

  TemporaryFolder parent_;
};

// Runs `act` in a process of its own, which does not outlive this one.
template <typename Act>
pid_t start(Act act) {
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process");  // and none to kill
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    act();
    _exit(0);
  }
  return child;
}

TEST_F(DeadLettersTest, GivesThemInTheOrderInWhichTheyCame) {
  DeadLetters letters = open();
  for (const char* body : {"a", "b", "c"}) ASSERT_TRUE(letters.put(letter(body)).ok());
  for (const char* body : {"a", "b", "c"}) {
    const auto given = letters.oldest(kHere);
    ASSERT_TRUE(given.has_value());
    EXPECT_EQ(given->body, body);
    letters.sent(*given);
  }
  EXPECT_FALSE(letters.oldest(kHere).has_value());
  EXPECT_TRUE(names().empty());
}

TEST_F(DeadLettersTest, WhatWasKeptIsStillTheOldest) {
  DeadLetters letters = open();
  for (const char* body : {"a", "b"}) ASSERT_TRUE(letters.put(letter(body)).ok());
  for (int i = 0; i < 3; ++i) {
    const auto given = letters.oldest(kHere);
    ASSERT_TRUE(given.has_value());
    EXPECT_EQ(given->body, "a");
    letters.kept(*given);
  }
}

TEST_F(DeadLettersTest, AnotherRunFindsThem) {
  {
    DeadLetters letters = open();
    ASSERT_TRUE(letters.put(letter("a")).ok());
  }
  DeadLetters letters = open();
  const auto given = letters.oldest(kHere);
  ASSERT_TRUE(given.has_value());
  EXPECT_EQ(given->body, "a");
  EXPECT_EQ(given->records, 10U);
  EXPECT_EQ(given->id.size(), names().front().size() - std::string(".letter").size());
}

TEST_F(DeadLettersTest, ALetterIsForItsEndpointAlone) {
  DeadLetters letters = open();
  ASSERT_TRUE(letters.put(letter("a", "http://there/v1/traces")).ok());
  ASSERT_TRUE(letters.put(letter("b")).ok());
  auto given = letters.oldest(kHere);
  ASSERT_TRUE(given.has_value());
  EXPECT_EQ(given->body, "b");
  letters.sent(*given);
  EXPECT_FALSE(letters.oldest(kHere).has_value());
  EXPECT_FALSE(letters.oldest({}).has_value());
  const std::vector<std::string> both = {"http://there/v1/traces", kHere.front()};
  given = letters.oldest(both);
  ASSERT_TRUE(given.has_value());
  EXPECT_EQ(given->body, "a");
}

TEST_F(DeadLettersTest, WhatTheServerRefusesIsNotGivenAgain) {
  DeadLetters letters = open();
  ASSERT_TRUE(letters.put(letter("a")).ok());
  otlp::Letter unwanted = letter("b");
  unwanted.refused = true;
  ASSERT_TRUE(letters.put(unwanted).ok());
  const auto given = letters.oldest(kHere);
  ASSERT_TRUE(given.has_value());
  EXPECT_EQ(given->body, "a");
  letters.refused(*given, "400 Bad Request");
  EXPECT_FALSE(letters.oldest(kHere).has_value());

  const auto listed = letters.list();
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed[0].state, DeadLetters::State::kRefused);
  EXPECT_EQ(listed[0].problem, "400 Bad Request");
  EXPECT_EQ(listed[0].id, given->id);
  const auto taken = letters.take(given->id);
  ASSERT_TRUE(taken.ok()) << taken.error().message;
  EXPECT_EQ(taken->body, "a");
  letters.refused(*taken, "400 again");
  EXPECT_EQ(letters.list()[0].problem, "400 again");
  ASSERT_TRUE(letters.take(given->id).ok());
  letters.sent(*given);
  EXPECT_EQ(letters.list().size(), 1U);
}

TEST_F(DeadLettersTest, TheOldestMakeRoomAndAreCounted) {
  const std::uint64_t each = encode_dead_letter(letter(std::string(1000, 'x')), 1)->size();
  DeadLetters letters = open(3 * each);
  for (char body = 'a'; body < 'h'; ++body) {
    ASSERT_TRUE(letters.put(letter(std::string(1000, body))).ok());
    EXPECT_LE(bytes(), 3 * each);
  }
  EXPECT_EQ(letters.take_evicted(), 40U);
  EXPECT_EQ(letters.take_evicted(), 0U);
  const auto given = letters.oldest(kHere);
  ASSERT_TRUE(given.has_value());
  EXPECT_EQ(given->body.front(), 'e');
}

TEST_F(DeadLettersTest, WhatIsBeingSentIsNotThrownAway) {
  const std::uint64_t each = encode_dead_letter(letter("a"), 1)->size();
  DeadLetters sender = open(2 * each);
  for (const char* body : {"a", "b"}) ASSERT_TRUE(sender.put(letter(body)).ok());
  const auto given = sender.oldest(kHere);
  ASSERT_TRUE(given.has_value());
  DeadLetters other = open(2 * each);
  ASSERT_TRUE(other.put(letter("c")).ok());
  EXPECT_EQ(other.take_evicted(), 10U);
  const auto next = other.oldest(kHere);
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(next->body, "c");
  sender.kept(*given);
  EXPECT_EQ(open(2 * each).oldest(kHere)->body, "a");
}

TEST_F(DeadLettersTest, WhatIsLargerThanAllRoomIsToldAndCostsNothing) {
  DeadLetters letters = open(1000);
  ASSERT_TRUE(letters.put(letter("a")).ok());
  const auto put = letters.put(letter(std::string(2000, 'x')));
  ASSERT_FALSE(put.ok());
  EXPECT_NE(put.error().message.find("GLIMPSE_DLQ_BYTES"), std::string::npos);
  EXPECT_EQ(letters.list().size(), 1U);
  EXPECT_FALSE(open(0).put(letter("a")).ok());
}

TEST_F(DeadLettersTest, NobodyElseMayLookInside) {
  const mode_t before = umask(0);
  DeadLetters letters = open();
  ASSERT_TRUE(letters.put(letter("a")).ok());
  umask(before);
  struct stat status{};
  ASSERT_EQ(stat(folder().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700U);
  ASSERT_EQ(stat((folder() + "/" + names().front()).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(DeadLettersTest, AFolderThatOthersMayLookIntoIsRefused) {
  fs::create_directories(folder());
  fs::permissions(folder(), fs::perms(0755));
  const auto letters = DeadLetters::open(folder(), kPlenty);
  ASSERT_FALSE(letters.ok());
  EXPECT_NE(letters.error().message.find("chmod 700"), std::string::npos);
  struct stat status{};
  ASSERT_EQ(stat(folder().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0755U) << "and left as it is";
}

// Giving a folder away is root's alone; .ci/run and bare systems run as root.
TEST_F(DeadLettersTest, AFolderOfAnotherUserIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a folder away";
  fs::create_directories(folder());
  fs::permissions(folder(), fs::perms(0700));
  ASSERT_EQ(chown(folder().c_str(), 65534, 65534), 0);
  EXPECT_FALSE(DeadLetters::open(folder(), kPlenty).ok());
}

TEST_F(DeadLettersTest, DamagedOnesAreSetAsideAndNeverGiven) {
  DeadLetters letters = open();
  for (const char* body : {"a", "b", "c"}) ASSERT_TRUE(letters.put(letter(body)).ok());
  const auto files = names();
  std::fstream(folder() + "/" + files[0], std::ios::in | std::ios::out | std::ios::ate).seekp(-1, std::ios::end) << 'X';
  fs::resize_file(folder() + "/" + files[1], 30);
  std::ofstream(folder() + "/0.letter") << "not a letter";
  std::ofstream(folder() + "/README") << "not ours";
  fs::create_symlink("/etc/passwd", folder() + "/1.letter");
  ASSERT_EQ(mkfifo((folder() + "/2.letter").c_str(), 0600), 0);
  const auto given = letters.oldest(kHere);
  ASSERT_TRUE(given.has_value());
  EXPECT_EQ(given->body, "c");
  int damaged = 0;
  for (const auto& entry : letters.list()) damaged += entry.state == DeadLetters::State::kDamaged ? 1 : 0;
  EXPECT_EQ(damaged, 3);
  EXPECT_TRUE(fs::exists(folder() + "/0.damaged"));
  EXPECT_TRUE(fs::exists(folder() + "/README"));
  EXPECT_FALSE(letters.take("0").ok());
  EXPECT_TRUE(letters.drop("0").ok());
  EXPECT_FALSE(fs::exists(folder() + "/0.damaged"));
}

TEST_F(DeadLettersTest, ALetterOfANewerGlimpseIsLeftAlone) {
  DeadLetters letters = open();
  std::string newer = *encode_dead_letter(letter("a"), 1);
  newer[8] = 2;
  std::ofstream(folder() + "/1.letter") << newer;
  EXPECT_FALSE(letters.oldest(kHere).has_value());
  EXPECT_TRUE(fs::exists(folder() + "/1.letter"));
}

TEST_F(DeadLettersTest, OnlyLettersOfTheFolderHaveNames) {
  DeadLetters letters = open();
  std::ofstream(parent_.file("state/glimpse/x.letter")) << "x";
  EXPECT_FALSE(letters.drop("../x").ok());
  EXPECT_FALSE(letters.take("../x").ok());
  EXPECT_FALSE(letters.take("").ok());
  EXPECT_TRUE(fs::exists(parent_.file("state/glimpse/x.letter")));
}

TEST_F(DeadLettersTest, AFullDiskLeavesWholeLettersOnly) {
  DeadLetters letters = open();
  ASSERT_TRUE(letters.put(letter("a")).ok());
  int status = 0;
  const pid_t child = start([&] {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{4096, 4096};
    setrlimit(RLIMIT_FSIZE, &limit);
    const auto put = letters.put(letter(std::string(100'000, 'x')));
    _exit(!put.ok() && put.error().message.find(folder()) != std::string::npos ? 7 : 1);
  });
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_EQ(names().size(), 1U);
  EXPECT_EQ(open().oldest(kHere)->body, "a");
}

// Puts letters until it is killed; each number that comes out of `told` is that of a letter whose put() has returned.
void put_for_ever(DeadLetters letters, int told) {
  for (std::uint32_t i = 0;; ++i) {
    otlp::Letter next =
        letter(std::string(reinterpret_cast<const char*>(&i), sizeof i) + std::string(i * 37 % 5000, 'x'));
    if (!letters.put(next).ok() || write(told, &i, sizeof i) != sizeof i) return;
  }
}

TEST_F(DeadLettersTest, KilledFiftyTimesItHasEachLetterThatItPromised) {
  std::mt19937 random(1);
  std::size_t promised = 0;
  std::size_t found = 0;
  for (int round = 0; round < 50; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK), 0);
    const pid_t child = start([&] { put_for_ever(open(), pipe_ends[1]); });
    pollfd first{pipe_ends[0], POLLIN, 0};
    poll(&first, 1, 60'000);
    usleep(static_cast<useconds_t>(random() % 8000));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    std::uint32_t last = 0;
    std::uint32_t count = 0;
    while (read(pipe_ends[0], &last, sizeof last) == sizeof last) ++count;
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    promised += count;

    DeadLetters letters = open();
    std::uint32_t next = 0;
    while (const auto given = letters.oldest(kHere)) {
      std::uint32_t number = 0;
      std::memcpy(&number, given->body.data(), sizeof number);
      EXPECT_EQ(number, next++);
      letters.sent(*given);
    }
    EXPECT_GE(next, count);
    EXPECT_LE(next, count + 1) << "one may have been whole before it was promised";
    found += next;
    for (const auto& entry : letters.list()) ADD_FAILURE() << entry.id << " is left: " << entry.problem;
  }
  RecordProperty("promised", static_cast<int>(promised));
  std::printf("%zu letters promised, %zu found\n", promised, found);
  EXPECT_GE(promised, 50U);
  DeadLetters letters = open();
  ASSERT_TRUE(letters.put(letter("a")).ok());
  EXPECT_EQ(names().size(), 1U) << "what was being written is cleared away";
}

TEST_F(DeadLettersTest, FourSendersSendEachOnce) {
  {
    DeadLetters letters = open();
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(letters.put(letter(std::to_string(i))).ok());
  }
  const std::string log = parent_.file("sent");
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    children.push_back(start([&] {
      const int fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
      DeadLetters letters = open();
      while (const auto given = letters.oldest(kHere)) {
        const std::string line = given->body + "\n";
        if (write(fd, line.data(), line.size()) < 0) _exit(1);
        usleep(200);
        letters.sent(*given);
      }
    }));
  }
  for (const pid_t child : children) waitpid(child, nullptr, 0);
  std::map<std::string, int> times;
  std::ifstream lines(log);
  for (std::string line; std::getline(lines, line);) ++times[line];
  EXPECT_EQ(times.size(), 200U);
  for (const auto& [body, count] : times) EXPECT_EQ(count, 1) << body;
  EXPECT_TRUE(names().empty());
}

TEST_F(DeadLettersTest, ASenderThatIsKilledLeavesTheLetterToOthers) {
  DeadLetters letters = open();
  ASSERT_TRUE(letters.put(letter("a")).ok());
  int ready[2];
  ASSERT_EQ(pipe2(ready, O_CLOEXEC), 0);
  const pid_t child = start([&] {
    DeadLetters own = open();
    const bool given = own.oldest(kHere).has_value();
    if (write(ready[1], &given, sizeof given) < 0) _exit(1);
    pause();
  });
  bool given = false;
  ASSERT_EQ(read(ready[0], &given, sizeof given), 1);
  EXPECT_TRUE(given);
  EXPECT_FALSE(letters.oldest(kHere).has_value()) << "another one is sending it";
  EXPECT_FALSE(letters.drop(letters.list().front().id).ok());
  EXPECT_FALSE(letters.take(letters.list().front().id).ok());
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(letters.oldest(kHere).has_value());
  close(ready[0]);
  close(ready[1]);
}

TEST_F(DeadLettersTest, SeveralWritersStayWithinTheBound) {
  const std::uint64_t each = encode_dead_letter(letter(std::string(1000, 'x')), 1)->size();
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    children.push_back(start([&] {
      DeadLetters letters = open(10 * each);
      for (int j = 0; j < 50; ++j) {
        if (!letters.put(letter(std::string(1000, 'x'))).ok()) _exit(1);
      }
    }));
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_LE(bytes(), 10 * each);
  EXPECT_EQ(names().size(), 10U);
}

}  // namespace
}  // namespace glimpse::writers
