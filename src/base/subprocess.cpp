#include "base/subprocess.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
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
        const std::filesystem::path candidate = folders.substr(start, end - start) + "/" + name;
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
        return Pipe{UniqueFd{ends[0]}, UniqueFd{ends[1]}};
    }
};

class FileActions {
public:
    FileActions() { ::posix_spawn_file_actions_init(&actions_); }
    ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;

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

// Reads once; false at the end.
bool read_some(int fd, std::string& text)
{
    std::array<char, 65536> chunk{};
    const auto size = ::read(fd, chunk.data(), chunk.size());
    if (size > 0)
        text.append(chunk.data(), static_cast<std::size_t>(size));
    return size > 0;
}

// Until both ends are closed; false at the deadline, or when there is too much.
bool read_both(const Pipe& output,
               const Pipe& errors,
               Finished& finished,
               steady_clock::time_point deadline)
{
    std::array<pollfd, 2> waits = {{{.fd = output.read.get(), .events = POLLIN, .revents = 0},
                                    {.fd = errors.read.get(), .events = POLLIN, .revents = 0}}};
    while (waits[0].fd >= 0 || waits[1].fd >= 0) {
        const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
        if (left.count() <= 0 || finished.output.size() + finished.errors.size() > kMostOutput)
            return false;
        if (::poll(waits.data(), waits.size(), static_cast<int>(left.count())) <= 0)
            continue;
        if (waits[0].revents != 0 && !read_some(waits[0].fd, finished.output))
            waits[0].fd = -1;
        if (waits[1].revents != 0 && !read_some(waits[1].fd, finished.errors))
            waits[1].fd = -1;
    }
    return true;
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
    std::vector<char*> arguments;
    for (const std::string& word : words)
        arguments.push_back(
            const_cast<char*>(word.c_str())); // posix_spawn(3) does not write to them
    arguments.push_back(nullptr);

    pid_t child = 0;
    if (const int error = ::posix_spawn(&child, program->c_str(), actions.get(), nullptr,
                                        arguments.data(), environ);
        error != 0)
        return fail_errno(fmt::format("run {}", program->string()), error);
    output.write = UniqueFd{};
    errors.write = UniqueFd{};

    Finished finished;
    const bool ended = read_both(output, errors, finished, steady_clock::now() + deadline);
    if (!ended)
        ::kill(child, SIGKILL);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!ended)
        return fail(Failed::timeout,
                    fmt::format("run {}: it did not end in time", program->string()));
    constexpr int kSignalled = 128;
    finished.status = WIFEXITED(status) ? WEXITSTATUS(status) : kSignalled + WTERMSIG(status);
    return finished;
}

} // namespace onlan
