#pragma once

#include "plan/changes/kind.hpp"

namespace onlan::plan {

struct DeleteVeth;

struct CreateVeth {
    std::string name;
    std::string peer;
    net::MacAddress mac; // of `name`; the peer's is the kernel's choice
    std::uint32_t mtu = 0;
    std::string alias; // of both ends

    static constexpr Kind kKind{.word = "create-veth", .marked = true};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] DeleteVeth inverse() const;
    [[nodiscard]] CreateVeth essence() const;

    friend bool operator==(const CreateVeth&, const CreateVeth&) = default;
};

// Only while `name` carries `alias`; its peer goes with it. The rest is what it was made with.
struct DeleteVeth {
    std::string name;
    std::string peer;
    net::MacAddress mac;
    std::uint32_t mtu = 0;
    std::string alias;

    static constexpr Kind kKind{.word = "delete-veth"};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] CreateVeth inverse() const;

    friend bool operator==(const DeleteVeth&, const DeleteVeth&) = default;
};

constexpr auto fields_of(const CreateVeth*)
{
    return std::tuple{model::field("name", &CreateVeth::name),
                      model::field("peer", &CreateVeth::peer),
                      model::field("mac", &CreateVeth::mac), model::field("mtu", &CreateVeth::mtu),
                      model::field("alias", &CreateVeth::alias)};
}

constexpr auto fields_of(const DeleteVeth*)
{
    return std::tuple{model::field("name", &DeleteVeth::name),
                      model::field("peer", &DeleteVeth::peer),
                      model::field("mac", &DeleteVeth::mac), model::field("mtu", &DeleteVeth::mtu),
                      model::field("alias", &DeleteVeth::alias)};
}

} // namespace onlan::plan
