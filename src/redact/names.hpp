#pragma once

#include <map>
#include <string>
#include <string_view>

#include "redact/keyed_hash.hpp"

namespace onlan::redact {

// Other names, the same one for the same name wherever it stands.
class Names {
public:
    explicit Names(const Key& key) : key_(key) {}

    // An interface's: "br-4" for "br-77c3c92b784b", as what such a name begins with says what it is
    // and rules match on it; "net2" where that says nothing. lo, docker0, eth0… stay.
    const std::string& link(const std::string& name);
    // "container-3" for a name of that kind.
    const std::string& of(std::string_view kind, const std::string& name);
    // As many hex digits, for Docker's ids.
    const std::string& id(const std::string& id);
    // The new name of what was named before; null for any other word.
    [[nodiscard]] const std::string* find(std::string_view name) const;

private:
    const std::string& give(const std::string& name, std::string_view stem);

    Key key_;
    std::map<std::string, std::string, std::less<>> names_;
    std::map<std::string, unsigned, std::less<>> given_; // stem → how many
};

} // namespace onlan::redact
