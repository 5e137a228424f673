#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "redact/addresses.hpp"
#include "redact/names.hpp"

namespace onlan::redact {

// Redacts what others wrote: rules, sets, sentences. Addresses are found by their form, names
// because they are known from elsewhere in the snapshot.
class Text {
public:
    Text(const Addresses& addresses, Names& names) : addresses_(addresses), names_(names) {}

    [[nodiscard]] std::string operator()(std::string_view text) const;
    // A rule of iptables or an element of an IP set: what people wrote for people goes as a whole.
    void rule(std::vector<std::string>& words);
    // A document of nftables.
    void tree(nlohmann::json& tree);
    // "net.ipv4.conf.br-lan.forwarding"
    [[nodiscard]] std::string sysctl(const std::string& name);

private:
    [[nodiscard]] std::optional<std::string> known(std::string_view word) const;
    [[nodiscard]] std::string word(std::string_view word) const;

    const Addresses& addresses_;
    Names& names_;
};

} // namespace onlan::redact
