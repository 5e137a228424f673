#include <cstdlib>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "io/http_client.hpp"

namespace {

// Answers whatever it is asked with the same bytes, and hangs up.
class Server {
public:
    Server()
    {
        sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
        path_.copy(static_cast<char*>(address.sun_path), sizeof(address.sun_path) - 1);
        if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) <
                0 ||
            ::listen(listener_.get(), 8) < 0)
            std::abort();
        std::thread([this] { serve(); }).detach();
    }
    [[nodiscard]] const std::string& path() const { return path_; }
    void answer_with(std::string_view answer)
    {
        const std::lock_guard lock(mutex_);
        answer_ = answer;
    }

private:
    std::string current()
    {
        const std::lock_guard lock(mutex_);
        return answer_;
    }
    [[noreturn]] void serve()
    {
        for (;;) {
            const onlan::UniqueFd client{
                ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
            const std::string answer = current();
            (void)::send(client.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
            ::shutdown(client.get(), SHUT_WR);
            char asked[512];
            while (::recv(client.get(), asked, sizeof asked, 0) > 0) {
            }
        }
    }

    std::string path_ = "/tmp/onlan-http-fuzz-" + std::to_string(::getpid());
    onlan::UniqueFd listener_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    std::mutex mutex_;
    std::string answer_;
};

} // namespace

// Any bytes are an answer or an error at once, without waiting for the deadline.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace onlan::io;
    static auto& server = *new Server;
    server.answer_with({reinterpret_cast<const char*>(data), size});
    const auto answer =
        http_request({.unix_path = server.path(), .host = {}, .port = {}},
                     {.method = "GET", .target = "/version", .body = {}}, std::chrono::seconds{10});
    if (!answer &&
        (answer.error().message.empty() || answer.error().code == onlan::Failed::timeout))
        __builtin_trap();
    return 0;
}
