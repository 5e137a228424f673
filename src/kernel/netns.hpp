#pragma once

#include <filesystem>
#include <optional>
#include <thread>
#include <type_traits>

#include <sched.h>
#include <sys/types.h>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace onlan::kernel {

// A network namespace, held open. Two handles are equal when they are the same namespace, whatever
// path led to it.
class NetnsHandle {
public:
    // "/run/netns/NAME" or "/proc/PID/ns/net".
    [[nodiscard]] static Result<NetnsHandle> open(const std::filesystem::path& path);

    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    [[nodiscard]] std::uint64_t inode() const noexcept { return inode_; }
    friend bool operator==(const NetnsHandle& one, const NetnsHandle& other) noexcept
    {
        return one.device_ == other.device_ && one.inode_ == other.inode_;
    }

private:
    UniqueFd fd_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

// Runs `make` inside `netns` and hands back what it made, typically a socket.
//
// A namespace belongs to a thread, and a thread left in the wrong one corrupts every later request
// it serves. So no long-lived thread ever calls setns(): this one enters, works and ends. What it
// opened stays bound to `netns`. `make` must not throw: it runs on another thread.
template <typename Make>
[[nodiscard]] auto in_netns(const NetnsHandle& netns, Make make) -> std::invoke_result_t<Make>
{
    std::optional<std::invoke_result_t<Make>> result;
    std::jthread([&] {
        if (::setns(netns.fd(), CLONE_NEWNET) < 0)
            result = fail_errno("enter network namespace");
        else
            result = make();
    }).join();
    return std::move(*result);
}

// As `ip netns add` and `ip netns delete` do: a namespace that lives as long as its name in
// /run/netns.
[[nodiscard]] Result<> create_named_netns(const std::string& name);
[[nodiscard]] Result<> delete_named_netns(const std::string& name);

} // namespace onlan::kernel
