#include "collector/session.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "test/support/temporary_folder.h"

namespace glimpse::collector {
namespace {

namespace fs = std::filesystem;

mode_t mode_of(const std::string& path) {
  struct stat status{};
  EXPECT_EQ(lstat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

// A pid that nobody has: of a child that has come and gone.
pid_t dead_pid() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  return child;
}

class SessionTest : public testing::Test {
 protected:
  std::unique_ptr<Session> create(const Settings& settings = {}) {
    auto session = Session::create(spool_.path(), settings);
    if (session.ok()) return std::move(*session);
    ADD_FAILURE() << session.error().message;
    return nullptr;
  }

  std::string page_of(const std::string& folder) { return folder + "/session"; }

  TemporaryFolder spool_;
};

TEST_F(SessionTest, HasASeedOfItsOwnThatWhoeverTakesOverKeeps) {
  const auto session = create();
  const auto other = create();
  ASSERT_TRUE(session != nullptr && other != nullptr);
  const std::uint64_t seed = session->header().trace_seed;
  EXPECT_NE(seed, 0u);
  EXPECT_NE(seed, other->header().trace_seed);
  {
    const auto next = Session::adopt(session->folder());
    ASSERT_TRUE(next.ok());
    EXPECT_EQ((*next)->header().trace_seed, seed);
  }
  session->header().trace_seed = 0;  // as a linked program makes it
  const auto first = Session::adopt(session->folder());
  ASSERT_TRUE(first.ok());
  EXPECT_NE((*first)->header().trace_seed, 0u);
}

TEST_F(SessionTest, IsAFolderOfItsUserAlone) {
  const mode_t before = umask(0);
  const auto session = create();
  umask(before);
  ASSERT_NE(session, nullptr);
  EXPECT_EQ(fs::path(session->folder()).parent_path(), spool_.path());
  EXPECT_EQ(mode_of(session->folder()), 0700u);
  EXPECT_EQ(mode_of(page_of(session->folder())), 0600u);
  EXPECT_EQ(fs::file_size(page_of(session->folder())), wire::kPageBytes);
}

TEST_F(SessionTest, TellsProcessesWhatTheUserAskedFor) {
  Settings settings;
  settings.ring_bytes = 1 << 17;
  settings.overflow = Overflow::kDrop;
  settings.enqueue_timeout = std::chrono::milliseconds(77);
  settings.max_field_length = 99;
  settings.stack_frames = 7;
  const auto session = create(settings);
  ASSERT_NE(session, nullptr);
  const wire::SessionHeader& header = session->header();
  EXPECT_EQ(header.magic, wire::kSessionMagic);
  EXPECT_EQ(header.version, wire::kWireVersion);
  EXPECT_EQ(header.header_bytes, sizeof(wire::SessionHeader));
  EXPECT_EQ(header.ring_bytes, 1u << 17);
  EXPECT_EQ(header.overflow, wire::OverflowMode::kDrop);
  EXPECT_EQ(header.enqueue_timeout_ms, 77u);
  EXPECT_EQ(header.max_field_bytes, 99u);
  EXPECT_EQ(header.stack_frames, 7u);
  EXPECT_EQ(header.max_rings, wire::kDefaultMaxRings);
  EXPECT_EQ(header.linked, 0u);
  EXPECT_EQ(header.collector_state.load(), wire::CollectorState::kRunning);
  EXPECT_EQ(header.collector_pid.load(), static_cast<std::uint32_t>(getpid()));
}

TEST_F(SessionTest, TwoSessionsOfOneProcessAreApart) {
  const auto one = create();
  const auto two = create();
  ASSERT_TRUE(one != nullptr && two != nullptr);
  EXPECT_NE(one->folder(), two->folder());
}

TEST_F(SessionTest, NamesProcessFilesByTheirNumber) {
  const auto session = create();
  ASSERT_NE(session, nullptr);
  EXPECT_EQ(session->process_path(12), session->folder() + "/process-12");
}

TEST_F(SessionTest, CannotBeWhereThereIsNoFolder) {
  const auto session = Session::create(spool_.path() + "/nowhere", {});
  ASSERT_FALSE(session.ok());
  EXPECT_EQ(session.error().message,
            "cannot create a folder for rings in " + spool_.path() + "/nowhere: No such file or directory");
}

TEST_F(SessionTest, AdoptingMakesThisProcessItsCollector) {
  const auto session = create();
  ASSERT_NE(session, nullptr);
  session->header().collector_pid.store(1);
  session->header().collector_state.store(wire::CollectorState::kNone);
  const auto adopted = Session::adopt(session->folder());
  ASSERT_TRUE(adopted.ok()) << adopted.error().message;
  EXPECT_EQ(session->header().collector_pid.load(), static_cast<std::uint32_t>(getpid())) << "both map one page";
  EXPECT_EQ(session->header().collector_state.load(), wire::CollectorState::kRunning);
  EXPECT_EQ((*adopted)->folder(), session->folder());
}

TEST_F(SessionTest, AdoptRefusesWhatIsNotThere) {
  const auto adopted = Session::adopt(spool_.path());
  ASSERT_FALSE(adopted.ok());
  EXPECT_EQ(adopted.error().message, page_of(spool_.path()) + ": No such file or directory");
}

TEST_F(SessionTest, AdoptRefusesAShortFile) {
  std::ofstream(page_of(spool_.path())) << std::string(wire::kPageBytes - 1, 'x');
  const auto adopted = Session::adopt(spool_.path());
  ASSERT_FALSE(adopted.ok());
  EXPECT_EQ(adopted.error().message, page_of(spool_.path()) + ": too short for a session");
}

TEST_F(SessionTest, AdoptRefusesAForeignFile) {
  std::ofstream(page_of(spool_.path())) << std::string(wire::kPageBytes, 'x');
  const auto adopted = Session::adopt(spool_.path());
  ASSERT_FALSE(adopted.ok());
  EXPECT_EQ(adopted.error().message, spool_.path() + ": not a session of this version of glimpse");
}

TEST_F(SessionTest, AdoptRefusesAnotherVersionAndLeavesItAsItIs) {
  const auto session = create();
  ASSERT_NE(session, nullptr);
  session->header().version = wire::kWireVersion + 1;
  session->header().collector_pid.store(1);
  const auto adopted = Session::adopt(session->folder());
  ASSERT_FALSE(adopted.ok());
  EXPECT_EQ(adopted.error().message, session->folder() + ": not a session of this version of glimpse");
  EXPECT_EQ(session->header().collector_pid.load(), 1u);
}

TEST_F(SessionTest, AdoptRefusesALinkInPlaceOfThePage) {
  const auto session = create();
  ASSERT_NE(session, nullptr);
  const std::string other = spool_.file("other");
  fs::create_directory(other);
  fs::create_symlink(page_of(session->folder()), page_of(other));
  EXPECT_FALSE(Session::adopt(other).ok());
}

TEST_F(SessionTest, TheBellRungBeforeTheSleepEndsTheSleep) {
  const auto session = create();
  ASSERT_NE(session, nullptr);
  const std::uint32_t seen = session->bell();
  session->ring_bell();
  EXPECT_NE(session->bell(), seen);
  session->wait(seen, std::chrono::hours(1));  // a lost bell would sleep here beyond every patience
  EXPECT_EQ(session->header().collector_waiting.load(), 0u);
}

TEST_F(SessionTest, RemoveTakesTheFolderWithAllThatIsASessions) {
  const auto session = create();
  ASSERT_NE(session, nullptr);
  std::ofstream(session->process_path(1)) << "x";
  std::ofstream(session->process_path(2) + ".new") << "x";
  session->remove();
  EXPECT_FALSE(fs::exists(session->folder()));
  EXPECT_TRUE(fs::exists(spool_.path()));
}

TEST_F(SessionTest, RemoveLeavesWhatIsNotASessions) {
  const auto session = create();
  ASSERT_NE(session, nullptr);
  const std::string precious = session->folder() + "/notes.txt";
  std::ofstream(precious) << "x";
  std::ofstream(session->process_path(1)) << "x";
  session->remove();
  EXPECT_TRUE(fs::exists(precious));
  EXPECT_FALSE(fs::exists(page_of(session->folder())));
  EXPECT_FALSE(fs::exists(session->process_path(1)));
}

TEST_F(SessionTest, OneWhoseCollectorLivesIsNotAbandoned) {
  const auto session = create();
  ASSERT_NE(session, nullptr);
  EXPECT_EQ(abandoned_sessions(spool_.path()), std::vector<std::string>{});
}

TEST_F(SessionTest, OneWhoseCollectorDiedOrGaveUpIsAbandoned) {
  const auto died = create();
  const auto gave_up = create();
  ASSERT_TRUE(died != nullptr && gave_up != nullptr);
  died->header().collector_pid.store(static_cast<std::uint32_t>(dead_pid()));
  EXPECT_EQ(abandoned_sessions(spool_.path()), std::vector<std::string>{died->folder()});
  died->header().collector_pid.store(static_cast<std::uint32_t>(getpid()));
  gave_up->header().collector_state.store(wire::CollectorState::kGone);
  EXPECT_EQ(abandoned_sessions(spool_.path()), std::vector<std::string>{gave_up->folder()});
}

TEST_F(SessionTest, OneWhoseCollectorIsStillToBeStartedIsNotAbandoned) {
  const auto session = create();
  ASSERT_NE(session, nullptr);
  session->header().collector_state.store(wire::CollectorState::kNone);
  session->header().collector_pid.store(0);
  EXPECT_EQ(abandoned_sessions(spool_.path()), std::vector<std::string>{});
}

TEST_F(SessionTest, FoldersThatOnlyLookLikeOneAreNotAbandonedSessions) {
  const std::string prefix = spool_.path() + "/glimpse-" + std::to_string(geteuid()) + "-";
  const auto session = create();
  ASSERT_NE(session, nullptr);
  session->header().collector_state.store(wire::CollectorState::kGone);
  fs::create_directory(prefix + "without-page");
  fs::create_directory(prefix + "short");
  std::ofstream(prefix + "short/session") << "x";
  fs::create_directory_symlink(session->folder(), prefix + "link");
  std::ofstream(prefix + "file") << "x";
  const std::string other_user = spool_.path() + "/glimpse-" + std::to_string(geteuid() + 1) + "-1-1";
  fs::create_directory(other_user);
  fs::copy_file(page_of(session->folder()), page_of(other_user));
  EXPECT_EQ(abandoned_sessions(spool_.path()), std::vector<std::string>{session->folder()});
}

// Giving a folder away is root's alone; .ci/run and bare systems run as root.
TEST_F(SessionTest, AFolderOfAnotherUserIsNotAnAbandonedSession) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a folder away";
  const auto session = create();
  ASSERT_NE(session, nullptr);
  session->header().collector_state.store(wire::CollectorState::kGone);
  ASSERT_EQ(abandoned_sessions(spool_.path()).size(), 1u);
  ASSERT_EQ(chown(session->folder().c_str(), 4321, 4321), 0);
  EXPECT_EQ(abandoned_sessions(spool_.path()), std::vector<std::string>{});
}

}  // namespace
}  // namespace glimpse::collector
