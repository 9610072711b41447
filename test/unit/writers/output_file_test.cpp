#include "writers/output_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <string>
#include <thread>

#include "temporary_folder.h"

namespace glimpse::writers {
namespace {

using Mode = OutputFile::Mode;

OutputFile opened(const std::string& path, Mode mode) {
  Result<OutputFile> file = OutputFile::open(path, mode);
  EXPECT_TRUE(file.ok()) << (file.ok() ? "" : file.error().message);
  return file.ok() ? std::move(*file) : OutputFile::borrow(-1, path);
}

// Appends and expects success.
void append(OutputFile& file, std::string_view lines) {
  std::size_t accepted = 0;
  const Result<void> result = file.append(lines, accepted);
  EXPECT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(accepted, lines.size());
}

unsigned permissions_of(const std::string& path) {
  struct stat status{};
  EXPECT_EQ(stat(path.c_str(), &status), 0);
  return status.st_mode & 07777;
}

// Runs `body` in a child process and returns its exit status.
template <typename Body>
int in_child(Body body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

struct Pipe {
  Pipe() { EXPECT_EQ(pipe(ends), 0); }
  ~Pipe() {
    close_reader();
    close_writer();
  }
  void close_reader() {
    if (ends[0] >= 0) close(ends[0]);
    ends[0] = -1;
  }
  void close_writer() {
    if (ends[1] >= 0) close(ends[1]);
    ends[1] = -1;
  }
  int ends[2] = {-1, -1};
};

std::string numbered_lines(int count, const std::string& word) {
  std::string lines;
  for (int line = 0; line < count; ++line) lines += word + " " + std::to_string(line) + "\n";
  return lines;
}

TEST(OutputFile, ANewFileBelongsToItsOwnerAloneWhateverTheUmask) {
  TemporaryFolder folder;
  for (const mode_t mask : {0u, 022u, 0277u, 0777u}) {
    const std::string path = folder.file("mask" + std::to_string(mask));
    const mode_t before = umask(mask);
    const OutputFile file = opened(path, Mode::kTruncate);
    umask(before);
    EXPECT_EQ(permissions_of(path), 0600u) << std::oct << mask;
  }
}

TEST(OutputFile, AFileThatExistsKeepsItsPermissions) {
  TemporaryFolder folder;
  const std::string path = folder.file("shared.jsonl");
  write_file(path, "");
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  opened(path, Mode::kTruncate);
  EXPECT_EQ(permissions_of(path), 0640u);
}

TEST(OutputFile, TruncatingStartsAnewAndAppendingKeepsWhatIsThere) {
  TemporaryFolder folder;
  const std::string path = folder.file("trace.jsonl");
  for (const auto& [mode, expected] :
       std::map<Mode, std::string>{{Mode::kTruncate, "new\n"}, {Mode::kAppend, "old\nnew\n"}}) {
    write_file(path, "old\n");
    OutputFile file = opened(path, mode);
    append(file, "new\n");
    EXPECT_EQ(content_of(path), expected);
  }
}

TEST(OutputFile, HalfARecordIsCutOffBeforeTheFirstLine) {
  TemporaryFolder folder;
  const std::string path = folder.file("trace.jsonl");
  write_file(path, "{\"a\":1}\n{\"a\":");
  OutputFile file = opened(path, Mode::kAppend);
  append(file, "{\"a\":2}\n");
  append(file, "{\"a\":3}\n");
  EXPECT_EQ(content_of(path), "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n") << "who wrote it writes it again when recovered";
}

TEST(OutputFile, ALineThatLacksNothingButItsNewlineGetsIt) {
  TemporaryFolder folder;
  for (const std::string last : {R"({"a":1})", R"({"a":{"b":"}"}})", R"({"a":"\"{"})", "no record of ours"}) {
    const std::string path = folder.file("trace.jsonl");
    write_file(path, last);
    OutputFile file = opened(path, Mode::kAppend);
    append(file, "{\"b\":2}\n");
    EXPECT_EQ(content_of(path), last + "\n{\"b\":2}\n");
  }
}

TEST(OutputFile, HalfARecordMayEndAnywhere) {
  TemporaryFolder folder;
  const std::string record = R"({"a":"{\"x","b":{"c":[1,2]}})";
  for (std::size_t bytes = 1; bytes < record.size(); ++bytes) {
    const std::string path = folder.file("trace.jsonl");
    write_file(path, "{\"first\":1}\n" + record.substr(0, bytes));
    OutputFile file = opened(path, Mode::kAppend);
    append(file, "{\"b\":2}\n");
    EXPECT_EQ(content_of(path), "{\"first\":1}\n{\"b\":2}\n") << bytes;
  }
}

TEST(OutputFile, AHalfLineThatAnotherProcessLeavesMeanwhileIsClosedToo) {
  TemporaryFolder folder;
  const std::string path = folder.file("trace.jsonl");
  OutputFile file = opened(path, Mode::kTruncate);
  append(file, "one\n");
  const int other = open(path.c_str(), O_WRONLY | O_APPEND);
  ASSERT_EQ(write(other, "hal", 3), 3);
  close(other);
  append(file, "two\n");
  EXPECT_EQ(content_of(path), "one\nhal\ntwo\n");
}

TEST(OutputFile, NothingIsWrittenForNoLines) {
  TemporaryFolder folder;
  const std::string path = folder.file("trace.jsonl");
  write_file(path, "half");
  OutputFile file = opened(path, Mode::kAppend);
  append(file, "");
  EXPECT_EQ(content_of(path), "half");
}

TEST(OutputFile, EightProcessesShareAFileAndEveryLineStaysWhole) {
  constexpr int kProcesses = 8;
  constexpr int kFlushes = 50;
  TemporaryFolder folder;
  const std::string path = folder.file("shared.jsonl");
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    const pid_t child = fork();
    if (child == 0) {
      OutputFile file = opened(path, Mode::kAppend);
      bool good = true;
      for (int flush = 0; flush < kFlushes; ++flush) {
        // Lines of different lengths, many in one flush and more than a page together.
        std::string lines;
        for (int line = 0; line < 40; ++line) {
          lines += std::to_string(process) + ":" + std::to_string(flush * 40 + line) + ":" +
                   std::string(static_cast<std::size_t>(100 + 37 * line), static_cast<char>('a' + process)) + "\n";
        }
        std::size_t accepted = 0;
        good = file.append(lines, accepted).ok() && accepted == lines.size() && good;
      }
      _exit(good ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  std::map<int, int> next;
  for (const std::string& line : lines_of(content_of(path))) {
    const int process = std::stoi(line);
    const std::size_t colon = line.find(':', 2);
    const int number = next[process]++;
    ASSERT_EQ(line.substr(2, colon - 2), std::to_string(number)) << "out of order or torn";
    ASSERT_EQ(line.substr(colon + 1),
              std::string(static_cast<std::size_t>(100 + 37 * (number % 40)), static_cast<char>('a' + process)));
  }
  for (int process = 0; process < kProcesses; ++process) EXPECT_EQ(next[process], kFlushes * 40);
}

TEST(OutputFile, APipeThatTakesLittleAtATimeGetsEverything) {
  Pipe pipe;
  // Non-blocking and as small as a pipe can be: nearly every write is partial or refused.
  ASSERT_EQ(fcntl(pipe.ends[1], F_SETFL, O_NONBLOCK), 0);
  ASSERT_GE(fcntl(pipe.ends[1], F_SETPIPE_SZ, 4096), 4096);
  const std::string lines = numbered_lines(20'000, "line");
  std::string received;
  std::thread reader([&] {
    char bytes[1000];
    for (ssize_t count; (count = read(pipe.ends[0], bytes, sizeof bytes)) > 0;) {
      received.append(bytes, static_cast<std::size_t>(count));
    }
  });
  OutputFile file = OutputFile::borrow(pipe.ends[1], "-");
  append(file, lines);
  pipe.close_writer();
  reader.join();
  EXPECT_EQ(received, lines);
}

TEST(OutputFile, ASignalDuringAWriteDoesNotLoseOrRepeatAnything) {
  Pipe pipe;
  ASSERT_GE(fcntl(pipe.ends[1], F_SETPIPE_SZ, 4096), 4096);
  struct sigaction action{};
  struct sigaction before{};
  action.sa_handler = [](int) {};  // no SA_RESTART: system calls come back with EINTR or a partial count
  ASSERT_EQ(sigaction(SIGUSR1, &action, &before), 0);
  const pthread_t writing = pthread_self();
  const std::string lines = numbered_lines(5'000, "line");
  std::string received;
  std::thread reader([&] {
    char bytes[512];
    for (ssize_t count; (count = read(pipe.ends[0], bytes, sizeof bytes)) != 0;) {
      if (count > 0) received.append(bytes, static_cast<std::size_t>(count));
      if (received.size() < lines.size() - 8192) pthread_kill(writing, SIGUSR1);
    }
  });
  OutputFile file = OutputFile::borrow(pipe.ends[1], "-");
  append(file, lines);
  pipe.close_writer();
  reader.join();
  sigaction(SIGUSR1, &before, nullptr);
  EXPECT_EQ(received, lines);
}

TEST(OutputFile, AClosedPipeIsAnErrorAndNeverASignal) {
  Pipe pipe;
  pipe.close_reader();
  const int status = in_child([&] {
    signal(SIGPIPE, SIG_DFL);
    OutputFile file = OutputFile::borrow(pipe.ends[1], "standard output");
    for (int round = 0; round < 2; ++round) {
      std::size_t accepted = 1;
      const Result<void> result = file.append("line\n", accepted);
      if (result.ok() || accepted != 0) return 1;
      if (result.error().message != "standard output: cannot write records: Broken pipe") return 2;
    }
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    return sigismember(&blocked, SIGPIPE) == 0 ? 0 : 3;
  });
  EXPECT_EQ(status, 0);
}

TEST(OutputFile, APendingSignalOfTheProgramsOwnIsNotTakenAway) {
  Pipe pipe;
  pipe.close_reader();
  const int status = in_child([&] {
    sigset_t pipe_signal;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, nullptr);
    raise(SIGPIPE);
    OutputFile file = OutputFile::borrow(pipe.ends[1], "-");
    std::size_t accepted = 0;
    if (file.append("line\n", accepted).ok()) return 1;
    sigset_t pending;
    sigpending(&pending);
    return sigismember(&pending, SIGPIPE) == 1 ? 0 : 2;
  });
  EXPECT_EQ(status, 0);
}

TEST(OutputFile, AFullDeviceAcceptsNothingAndSaysWhy) {
  OutputFile file = opened("/dev/full", Mode::kTruncate);
  std::size_t accepted = 1;
  const Result<void> result = file.append("line\n", accepted);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(accepted, 0u);
  EXPECT_EQ(result.error().message, "/dev/full: cannot write records: No space left on device");
}

// A file size limit stands for the disk that fills up in the middle of a line.
class DiskFullInTheMiddle : public testing::TestWithParam<bool> {};

TEST_P(DiskFullInTheMiddle, LeavesWholeLinesOnlyAndTheRestFollowsWhenThereIsRoom) {
  const bool borrowed = GetParam();
  TemporaryFolder folder;
  const std::string path = folder.file("trace.jsonl");
  const int status = in_child([&] {
    signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    const rlimit small{25, limit.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    const int fd = borrowed ? open(path.c_str(), O_WRONLY | O_CREAT, 0600) : -1;  // as a shell's `>` opens it
    OutputFile file = borrowed ? OutputFile::borrow(fd, path) : opened(path, Mode::kTruncate);
    const std::string lines = "0123456789\nabcdefghij\nABCDEFGHIJ\n";
    std::size_t accepted = 0;
    if (file.append(lines, accepted).ok()) return 1;
    if (accepted != 22) return 2;
    if (content_of(path) != "0123456789\nabcdefghij\n") return 3;
    setrlimit(RLIMIT_FSIZE, &limit);
    return file.append(lines.substr(accepted), accepted).ok() && content_of(path) == lines ? 0 : 4;
  });
  EXPECT_EQ(status, 0);
}

INSTANTIATE_TEST_SUITE_P(OutputFile, DiskFullInTheMiddle, testing::Values(false, true),
                         [](const auto& which) { return which.param ? "StandardOutput" : "OwnFile"; });

TEST(OutputFile, WhatCannotBeOpenedIsNamedWithTheReason) {
  TemporaryFolder folder;
  const std::string missing = folder.file("no/such/folder/trace.jsonl");
  Result<OutputFile> file = OutputFile::open(missing, Mode::kAppend);
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(
      file.error().message,
      missing +
          ": cannot open for writing: No such file or directory; choose another file with -o or GLIMPSE_LOG_PATH");
  file = OutputFile::open(folder.file("."), Mode::kTruncate);
  ASSERT_FALSE(file.ok());
  EXPECT_NE(file.error().message.find("Is a directory"), std::string::npos);
}

TEST(OutputFile, AFifoEndsWhenTheFileIsClosed) {
  TemporaryFolder folder;
  const std::string path = folder.file("fifo");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::string received;
  std::thread reader([&] { received = content_of(path); });
  {
    OutputFile file = opened(path, Mode::kTruncate);
    append(file, "line\n");
  }
  reader.join();
  EXPECT_EQ(received, "line\n");
}

TEST(OutputFile, AProgramStartedMeanwhileDoesNotInheritTheFile) {
  TemporaryFolder folder;
  const OutputFile file = opened(folder.file("trace.jsonl"), Mode::kTruncate);
  for (int fd = 3; fd < 256; ++fd) {
    const std::string link = "/proc/self/fd/" + std::to_string(fd);
    std::error_code error;
    if (std::filesystem::read_symlink(link, error) == folder.file("trace.jsonl")) {
      EXPECT_EQ(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
      return;
    }
  }
  FAIL() << "the file is not open";
}

TEST(OutputFile, ABorrowedDescriptorStaysOpen) {
  Pipe pipe;
  {
    const OutputFile file = OutputFile::borrow(pipe.ends[1], "-");
  }
  EXPECT_NE(fcntl(pipe.ends[1], F_GETFD), -1);
}

}  // namespace
}  // namespace glimpse::writers
