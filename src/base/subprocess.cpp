#include "base/subprocess.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <fmt/format.h>

#include "base/unique_fd.hpp"

namespace onlan {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// More than the rules of any firewall; a program that prints more is not one of ours.
constexpr std::size_t kMostOutput = std::size_t{64} << 20;

std::optional<std::filesystem::path> find_program(const std::string& name)
{
    const char* path = std::getenv("PATH");
    std::string folders =
        fmt::format("{}:/usr/sbin:/sbin:/usr/bin:/bin", path != nullptr ? path : "");
    for (std::size_t start = 0; start < folders.size();) {
        const std::size_t end = std::min(folders.find(':', start), folders.size());
        std::filesystem::path candidate = folders.substr(start, end - start) + "/" + name;
        if (end > start && ::access(candidate.c_str(), X_OK) == 0)
            return candidate;
        start = end + 1;
    }
    return {};
}

struct Pipe {
    UniqueFd read;
    UniqueFd write;

    static Result<Pipe> make()
    {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) < 0)
            return fail_errno("make a pipe");
        return Pipe{.read = UniqueFd{ends[0]}, .write = UniqueFd{ends[1]}};
    }
};

class FileActions {
public:
    FileActions() { ::posix_spawn_file_actions_init(&actions_); }
    ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
    FileActions(const FileActions&) = delete;
    FileActions(FileActions&&) = delete;
    FileActions& operator=(const FileActions&) = delete;
    FileActions& operator=(FileActions&&) = delete;

    void standard(const UniqueFd& output, const UniqueFd& errors)
    {
        ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&actions_, output.get(), STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions_, errors.get(), STDERR_FILENO);
    }
    [[nodiscard]] const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

private:
    posix_spawn_file_actions_t actions_{};
};

// onlan ignores SIGPIPE, and what is ignored stays so across exec. Most programs count on ending
// when nobody reads them.
class DefaultSignals {
public:
    DefaultSignals()
    {
        sigset_t defaults;
        ::sigemptyset(&defaults);
        ::sigaddset(&defaults, SIGPIPE);
        ::posix_spawnattr_init(&attributes_);
        ::posix_spawnattr_setsigdefault(&attributes_, &defaults);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF);
    }
    ~DefaultSignals() { ::posix_spawnattr_destroy(&attributes_); }
    DefaultSignals(const DefaultSignals&) = delete;
    DefaultSignals(DefaultSignals&&) = delete;
    DefaultSignals& operator=(const DefaultSignals&) = delete;
    DefaultSignals& operator=(DefaultSignals&&) = delete;

    [[nodiscard]] const posix_spawnattr_t* get() const noexcept { return &attributes_; }

private:
    posix_spawnattr_t attributes_{};
};

// Reads once; false at the end.
bool read_some(int fd, std::string& text)
{
    std::array<char, 65536> chunk{};
    const auto size = ::read(fd, chunk.data(), chunk.size());
    if (size > 0)
        text.append(chunk.data(), static_cast<std::size_t>(size));
    return size > 0;
}

int time_left(steady_clock::time_point deadline)
{
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    return static_cast<int>(std::max(left, milliseconds{0}).count());
}

// Until both ends are closed. What failed is said without the program's name.
Result<> read_both(const Pipe& output,
                   const Pipe& errors,
                   Finished& finished,
                   steady_clock::time_point deadline)
{
    std::array<pollfd, 2> waits = {{{.fd = output.read.get(), .events = POLLIN, .revents = 0},
                                    {.fd = errors.read.get(), .events = POLLIN, .revents = 0}}};
    while (waits[0].fd >= 0 || waits[1].fd >= 0) {
        const int left = time_left(deadline);
        if (left == 0)
            return fail(Failed::timeout, "it did not finish in time");
        if (finished.output.size() + finished.errors.size() > kMostOutput)
            return fail(Failed::refused, fmt::format("it printed more than {} bytes", kMostOutput));
        if (::poll(waits.data(), waits.size(), left) <= 0)
            continue;
        if (waits[0].revents != 0 && !read_some(waits[0].fd, finished.output))
            waits[0].fd = -1;
        if (waits[1].revents != 0 && !read_some(waits[1].fd, finished.errors))
            waits[1].fd = -1;
    }
    return {};
}

// A program may close its output long before it ends.
Result<> await_end(pid_t child, steady_clock::time_point deadline)
{
    // <sys/pidfd.h> of glibc 2.36 is not fit for C++.
    const UniqueFd process{static_cast<int>(::syscall(SYS_pidfd_open, child, 0))};
    if (!process)
        return fail_errno("watch it");
    pollfd wait = {.fd = process.get(), .events = POLLIN, .revents = 0};
    while (::poll(&wait, 1, time_left(deadline)) <= 0) {
        if (time_left(deadline) == 0)
            return fail(Failed::timeout, "it did not finish in time");
    }
    return {};
}

} // namespace

Result<Finished> run_program(const std::vector<std::string>& words, milliseconds deadline)
{
    const auto program = find_program(words.front());
    if (!program)
        return fail(Failed::missing_feature,
                    fmt::format("run {}: there is no such program", words.front()));
    ONLAN_TRY(Pipe output, Pipe::make());
    ONLAN_TRY(Pipe errors, Pipe::make());
    FileActions actions;
    actions.standard(output.write, errors.write);
    const DefaultSignals signals;
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (const std::string& word : words)
        arguments.push_back(
            const_cast<char*>(word.c_str())); // posix_spawn(3) does not write to them
    arguments.push_back(nullptr);

    pid_t child = 0;
    if (const int error = ::posix_spawn(&child, program->c_str(), actions.get(), signals.get(),
                                        arguments.data(), environ);
        error != 0)
        return fail_errno(fmt::format("run {}", program->string()), error);
    output.write = UniqueFd{};
    errors.write = UniqueFd{};

    Finished finished;
    const auto until = steady_clock::now() + deadline;
    auto ended = read_both(output, errors, finished, until);
    if (ended)
        ended = await_end(child, until);
    if (!ended)
        ::kill(child, SIGKILL);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!ended)
        return Failure{std::move(ended).error().within(fmt::format("run {}", program->string()))};
    constexpr int kSignalled = 128;
    finished.status = WIFEXITED(status) ? WEXITSTATUS(status) : kSignalled + WTERMSIG(status);
    return finished;
}

} // namespace onlan
