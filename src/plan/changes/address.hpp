#pragma once

#include "plan/changes/kind.hpp"

namespace onlan::plan {

struct RemoveAddress;

// `address.link` is not used: the link is named.
struct AddAddress {
    std::string link;
    model::Address address;

    static constexpr Kind kKind{.word = "add-address", .phase = Phase::add_addresses};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] RemoveAddress inverse() const;
    [[nodiscard]] AddAddress essence() const;

    friend bool operator==(const AddAddress&, const AddAddress&) = default;
};

struct RemoveAddress {
    std::string link;
    model::Address address;

    static constexpr Kind kKind{.word = "remove-address", .phase = Phase::remove_addresses};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] AddAddress inverse() const;

    friend bool operator==(const RemoveAddress&, const RemoveAddress&) = default;
};

constexpr auto fields_of(const AddAddress*)
{
    return std::tuple{model::field("link", &AddAddress::link),
                      model::field("address", &AddAddress::address)};
}

constexpr auto fields_of(const RemoveAddress*)
{
    return std::tuple{model::field("link", &RemoveAddress::link),
                      model::field("address", &RemoveAddress::address)};
}

} // namespace onlan::plan
