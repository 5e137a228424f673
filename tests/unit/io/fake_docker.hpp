#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <fmt/format.h>

#include "base/unique_fd.hpp"

namespace onlan::io {

// An HTTP server on a Unix socket in a folder of its own. It knows the answers that a test gives it
// and keeps what it was asked. What it does not know it answers like Docker.
class FakeDocker {
public:
    struct Answer {
        unsigned status = 200;
        std::string body;
    };
    // By "GET /v1.51/networks".
    using Answers = std::map<std::string, Answer>;

    explicit FakeDocker(Answers answers) : answers_(std::move(answers))
    {
        sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
        path().copy(static_cast<char*>(address.sun_path), sizeof(address.sun_path) - 1);
        if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) <
                0 ||
            ::listen(listener_.get(), 8) < 0)
            throw std::runtime_error("cannot listen at " + path());
        thread_ = std::jthread([this] { serve(); });
    }
    FakeDocker(const FakeDocker&) = delete;
    FakeDocker& operator=(const FakeDocker&) = delete;
    ~FakeDocker()
    {
        ::eventfd_write(stop_.get(), 1);
        thread_.join();
        std::filesystem::remove_all(folder_);
    }

    [[nodiscard]] std::string path() const { return folder_ + "/docker.sock"; }
    [[nodiscard]] std::string url() const { return "unix://" + path(); }

    // "POST /v1.51/networks/create {…}", in order.
    [[nodiscard]] std::vector<std::string> asked() const
    {
        const std::lock_guard guard(mutex_);
        return asked_;
    }

private:
    static std::string make_folder()
    {
        std::string name = "/tmp/onlan-test-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("cannot make a folder in /tmp");
        return name;
    }

    void serve()
    {
        std::array<pollfd, 2> waits = {{{.fd = listener_.get(), .events = POLLIN, .revents = 0},
                                        {.fd = stop_.get(), .events = POLLIN, .revents = 0}}};
        while (::poll(waits.data(), waits.size(), -1) > 0 && waits[1].revents == 0) {
            const UniqueFd client{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
            const std::string request = read_request(client);
            const std::string reply = answer(request);
            ::send(client.get(), reply.data(), reply.size(), MSG_NOSIGNAL);
        }
    }

    static std::string read_request(const UniqueFd& client)
    {
        std::string request;
        std::array<char, 4096> chunk{};
        while (!is_whole(request)) {
            const auto size = ::recv(client.get(), chunk.data(), chunk.size(), 0);
            if (size <= 0)
                break;
            request.append(chunk.data(), static_cast<std::size_t>(size));
        }
        return request;
    }

    static bool is_whole(const std::string& request)
    {
        constexpr std::string_view kLength = "Content-Length: ";
        const auto body = request.find("\r\n\r\n");
        if (body == std::string::npos)
            return false;
        const auto length = request.find(kLength);
        return length == std::string::npos ||
               request.size() >= body + 4 + std::stoul(request.substr(length + kLength.size()));
    }

    std::string answer(const std::string& request)
    {
        const std::string line = request.substr(0, request.find(" HTTP/"));
        const std::string body =
            request.substr(std::min(request.find("\r\n\r\n") + 4, request.size()));
        const std::lock_guard guard(mutex_);
        asked_.push_back(body.empty() ? line : line + " " + body);
        const auto found = answers_.find(line);
        const Answer given = found != answers_.end()
                                 ? found->second
                                 : Answer{.status = 404, .body = R"({"message":"page not found"})"};
        return fmt::format("HTTP/1.1 {} x\r\nContent-Length: {}\r\n\r\n{}", given.status,
                           given.body.size(), given.body);
    }

    Answers answers_;
    std::string folder_ = make_folder();
    UniqueFd listener_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    UniqueFd stop_{::eventfd(0, EFD_CLOEXEC)};
    mutable std::mutex mutex_;
    std::vector<std::string> asked_;
    std::jthread thread_;
};

} // namespace onlan::io
