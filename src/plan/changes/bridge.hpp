#pragma once

#include <optional>

#include "plan/changes/kind.hpp"

namespace onlan::plan {

struct DeleteBridge;

// Links that onlan makes carry `alias`.
struct CreateBridge {
    std::string name;
    std::optional<net::MacAddress> mac; // the kernel's choice when absent
    std::uint32_t mtu = 0;
    std::string alias;

    static constexpr Kind kKind{.word = "create-bridge", .marked = true};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] DeleteBridge inverse() const;
    [[nodiscard]] CreateBridge essence() const;

    friend bool operator==(const CreateBridge&, const CreateBridge&) = default;
};

// A bridge that Docker made in onlan's place, when it started before the LAN's links were there:
// marked as onlan's, and deleted with the rest.
struct AdoptBridge {
    std::string name;
    std::string alias;

    static constexpr Kind kKind{.word = "adopt-bridge"};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] DeleteBridge inverse() const;
    [[nodiscard]] CreateBridge essence() const;

    friend bool operator==(const AdoptBridge&, const AdoptBridge&) = default;
};

// Only while it carries `alias`. The rest is what it was made with.
struct DeleteBridge {
    std::string name;
    std::optional<net::MacAddress> mac;
    std::uint32_t mtu = 0;
    std::string alias;

    static constexpr Kind kKind{.word = "delete-bridge"};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] CreateBridge inverse() const;

    friend bool operator==(const DeleteBridge&, const DeleteBridge&) = default;
};

constexpr auto fields_of(const CreateBridge*)
{
    return std::tuple{
        model::field("name", &CreateBridge::name), model::field("mac", &CreateBridge::mac),
        model::field("mtu", &CreateBridge::mtu), model::field("alias", &CreateBridge::alias)};
}

constexpr auto fields_of(const AdoptBridge*)
{
    return std::tuple{model::field("name", &AdoptBridge::name),
                      model::field("alias", &AdoptBridge::alias)};
}

constexpr auto fields_of(const DeleteBridge*)
{
    return std::tuple{
        model::field("name", &DeleteBridge::name), model::field("mac", &DeleteBridge::mac),
        model::field("mtu", &DeleteBridge::mtu), model::field("alias", &DeleteBridge::alias)};
}

} // namespace onlan::plan
