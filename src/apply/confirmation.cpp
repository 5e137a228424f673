#include "apply/confirmation.hpp"

#include <array>
#include <csignal>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace onlan::apply {
namespace {

using nlohmann::json;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr std::string_view kConfirm = "confirm";
// How long `onlan confirm` may take to say what it wants.
constexpr timeval kClientPatience{.tv_sec = 2, .tv_usec = 0};

Result<sockaddr_un> socket_address(const std::filesystem::path& folder)
{
    const std::string path = (folder / "confirm").string();
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    if (path.size() >= sizeof address.sun_path)
        return fail_errno(fmt::format("use {}", path), ENAMETOOLONG);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return address;
}

const sockaddr* generic(const sockaddr_un& address)
{
    return reinterpret_cast<const sockaddr*>(&address);
}

// Nothing when the other side is gone.
std::optional<std::string> receive(int fd)
{
    // MSG_TRUNC tells the whole length of what is only looked at.
    const auto size = ::recv(fd, nullptr, 0, MSG_PEEK | MSG_TRUNC);
    if (size <= 0)
        return {};
    std::string message(static_cast<std::size_t>(size), '\0');
    if (::recv(fd, message.data(), message.size(), 0) != size)
        return {};
    return message;
}

// To a process that may have died or been stopped meanwhile, which is no reason to wait or to end:
// what does not fit any more is lost.
void send(int fd, std::string_view message)
{
    static_cast<void>(::send(fd, message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
}

// Of something that can be missed, so that there is always room for what cannot.
void send_if_there_is_room(int fd, std::string_view message)
{
    constexpr int kMostUnread = 65536;
    int unread = 0;
    if (::ioctl(fd, SIOCOUTQ, &unread) == 0 && unread < kMostUnread)
        send(fd, message);
}

json to_json(const std::vector<Error>& errors)
{
    json messages = json::array();
    for (const Error& error : errors)
        messages.push_back(error.message);
    return messages;
}

Result<UniqueFd> listen_for_confirmation(const std::filesystem::path& folder)
{
    ONLAN_TRY(const sockaddr_un address, socket_address(folder));
    UniqueFd fd{::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)};
    // Only the holder of the lock comes here: a socket that is already there belonged to a run that
    // died.
    ::unlink(address.sun_path);
    if (!fd || ::bind(fd.get(), generic(address), sizeof address) < 0 || ::listen(fd.get(), 1) < 0)
        return fail_errno(fmt::format("listen at {}", address.sun_path));
    return fd;
}

// The child's side.
class Supervisor {
public:
    Supervisor(Actuator& actuator, Journal& journal, const Supervision& supervision, int starter)
        : actuator_(actuator), journal_(journal), supervision_(supervision), starter_(starter)
    {}

    void run(const plan::Plan& plan, int listener)
    {
        // Best effort: a holder that is not named is still one.
        static_cast<void>(supervision_.lock.name_holder(
            "a run that will be undone unless 'onlan confirm' confirms it"));
        const RunResult built = build(actuator_, journal_, plan, progress());
        if (!built.ok())
            return report("failed", built);
        send(starter_, json{{"asked", supervision_.patience.count()}}.dump());
        if (!is_confirmed(listener))
            return report("undone", roll_back(actuator_, journal_, progress()));
        auto committed = journal_.commit();
        RunResult outcome;
        if (!committed)
            outcome.errors.push_back(std::move(committed).error());
        report("kept", outcome);
    }

private:
    [[nodiscard]] Progress progress() const
    {
        return [this](const plan::PlannedStep& step) {
            json said{{"owner", step.owner}, {"change", plan::to_json(step.change)}};
            if (step.undoes)
                said["undoes"] = plan::to_json(*step.undoes);
            send_if_there_is_room(starter_, said.dump());
        };
    }

    void report(std::string_view end, const RunResult& outcome) const
    {
        send(starter_, json{{"end", end}, {"errors", to_json(outcome.errors)}}.dump());
    }

    // From the process that started us, or from any `onlan confirm`.
    [[nodiscard]] bool is_confirmed(int listener) const
    {
        const auto deadline = steady_clock::now() + supervision_.patience;
        std::array<pollfd, 2> waits = {{{.fd = starter_, .events = POLLIN, .revents = 0},
                                        {.fd = listener, .events = POLLIN, .revents = 0}}};
        for (;;) {
            const auto left =
                std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
            if (left.count() <= 0)
                return false;
            if (::poll(waits.data(), waits.size(), static_cast<int>(left.count())) <= 0)
                continue;
            if (waits[0].revents != 0) {
                const auto message = receive(starter_);
                if (message == kConfirm)
                    return true;
                if (!message)
                    waits[0].fd = -1; // it died; `onlan confirm` can still come
            }
            if (waits[1].revents != 0) {
                const UniqueFd client{::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC)};
                ::setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &kClientPatience,
                             sizeof kClientPatience);
                if (client && receive(client.get()) == kConfirm) {
                    send(client.get(), kConfirm);
                    return true;
                }
            }
        }
    }

    Actuator& actuator_;
    Journal& journal_;
    const Supervision& supervision_;
    int starter_;
};

void leave_terminal()
{
    ::setsid();
    for (const int signal : {SIGHUP, SIGINT, SIGTERM, SIGPIPE})
        std::signal(signal, SIG_IGN);
    const UniqueFd null{::open("/dev/null", O_RDWR | O_CLOEXEC)};
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        ::dup2(null.get(), standard);
}

// What was typed on a terminal that was asked.
enum class Typed : std::uint8_t { enter, something_else, gone };

Typed read_line(int terminal)
{
    std::array<char, 256> line{};
    const auto size = ::read(terminal, line.data(), line.size());
    // A connection that is lost hangs up its terminal: that must never pass for a yes.
    if (size <= 0)
        return Typed::gone;
    return size == 1 && line[0] == '\n' ? Typed::enter : Typed::something_else;
}

// The starting process' side: hands on what the child says, and what the user says.
Result<Supervised> watch(int supervisor, const Watcher& watcher)
{
    std::array<pollfd, 2> waits = {{{.fd = supervisor, .events = POLLIN, .revents = 0},
                                    {.fd = -1, .events = POLLIN, .revents = 0}}};
    for (;;) {
        if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR)
            return fail_errno("wait for the changes");
        if (waits[1].revents != 0) {
            const Typed typed = read_line(waits[1].fd);
            if (typed == Typed::enter)
                send(supervisor, kConfirm);
            if (typed != Typed::something_else)
                waits[1].fd = -1;
        }
        if (waits[0].revents == 0)
            continue;
        const auto text = receive(supervisor);
        if (!text)
            return fail(Failed::interrupted, "the process that made the changes died; run 'onlan "
                                             "down' or 'onlan up' to put the host right");
        const json message = json::parse(*text);
        if (message.contains("asked")) {
            waits[1].fd = watcher.asked(seconds{message["asked"].get<long>()});
        } else if (message.contains("end")) {
            Supervised supervised{.outcome = {},
                                  .confirmed =
                                      message["end"] == "kept" ? Confirmed::yes : Confirmed::no};
            for (const auto& error : message["errors"])
                supervised.outcome.errors.push_back({Failed::refused, error.get<std::string>()});
            return supervised;
        } else {
            plan::PlannedStep step{.owner = message.at("owner")};
            ONLAN_TRY(step.change, plan::change_from_json(message.at("change")));
            if (message.contains("undoes")) {
                ONLAN_TRY(step.undoes, plan::change_from_json(message.at("undoes")));
            }
            watcher.progress(step);
        }
    }
}

} // namespace

Result<Supervised> build_supervised(Actuator& actuator,
                                    Journal& journal,
                                    const plan::Plan& plan,
                                    const Supervision& supervision,
                                    const Watcher& watcher)
{
    ONLAN_TRY(const UniqueFd listener, listen_for_confirmation(supervision.folder));
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) < 0)
        return fail_errno("make a socket pair");
    UniqueFd starter{ends[0]};
    UniqueFd supervisor{ends[1]};

    const pid_t child = ::fork();
    if (child < 0)
        return fail_errno("start the process that makes the changes");
    if (child == 0) {
        supervisor = UniqueFd{}; // or we would never see the starter's end closed
        leave_terminal();
        Supervisor(actuator, journal, supervision, starter.get()).run(plan, listener.get());
        ::unlink((supervision.folder / "confirm").c_str());
        ::_exit(0);
    }
    starter = UniqueFd{};
    auto watched = watch(supervisor.get(), watcher);
    ::waitpid(child, nullptr, 0);
    return watched;
}

Result<> confirm(const std::filesystem::path& folder)
{
    ONLAN_TRY(const sockaddr_un address, socket_address(folder));
    const UniqueFd fd{::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)};
    if (!fd || ::connect(fd.get(), generic(address), sizeof address) < 0)
        return fail(Failed::not_found, "nothing is waiting to be confirmed on this host");
    send(fd.get(), kConfirm);
    if (receive(fd.get()) != kConfirm)
        return fail(Failed::timeout, "confirm: too late, the changes are being undone");
    return {};
}

} // namespace onlan::apply
