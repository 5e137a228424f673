#pragma once

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

#include <tl/expected.hpp>

namespace onlan {

// Kinds of failure that are ours and not the kernel's. An errno keeps its own number in
// std::generic_category.
enum class Failed {
    parse = 1,       // malformed input: file, JSON, rule text, netlink message
    interrupted,     // the kernel's tables changed while we read them, too many times in a row
    missing_feature, // the kernel or the machine lacks something we need
    conflict,        // the object exists and is not ours, or is in use
    not_found,
    timeout,
    refused, // a service (Docker) said no
};

[[nodiscard]] std::error_code make_error_code(Failed failed) noexcept;

// `code` is for programs (compare it, map it to an exit status); `message` is for people and says
// what we were doing, to what, and why it failed. Never parse `message`.
struct Error {
    std::error_code code;
    std::string message;

    // One clause of context per layer that knows something new: "attach web: create veth: file
    // exists".
    [[nodiscard]] Error within(std::string_view doing) &&;
};

template <typename T = void>
using Result = tl::expected<T, Error>;
using Failure = tl::unexpected<Error>;

[[nodiscard]] Failure fail(Failed kind, std::string message);

// For a call that just returned -1. `error` is taken by value at the call, before anything else can
// touch errno.
[[nodiscard]] Failure fail_errno(std::string_view doing, int error = errno);

} // namespace onlan

template <>
struct std::is_error_code_enum<onlan::Failed> : std::true_type {};

#define ONLAN_CONCATENATE_(a, b) a##b
#define ONLAN_CONCATENATE(a, b) ONLAN_CONCATENATE_(a, b)
#define ONLAN_TRY_(result, declaration, ...)                                                       \
    auto result = (__VA_ARGS__);                                                                   \
    if (!result)                                                                                   \
        return ::onlan::Failure{std::move(result).error()};                                        \
    declaration = *std::move(result)

// ONLAN_TRY(const auto links, dump_links(socket)); declares `links`, or returns the error from this
// function.
#define ONLAN_TRY(declaration, ...)                                                                \
    ONLAN_TRY_(ONLAN_CONCATENATE(onlan_result_, __LINE__), declaration, __VA_ARGS__)

// ONLAN_CHECK(set_up(socket, "br0")); for a Result that holds no value.
#define ONLAN_CHECK(...)                                                                           \
    do {                                                                                           \
        if (auto onlan_result = (__VA_ARGS__); !onlan_result)                                      \
            return ::onlan::Failure{std::move(onlan_result).error()};                              \
    } while (false)
