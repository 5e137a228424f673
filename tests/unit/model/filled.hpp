#pragma once

#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include <nlohmann/json.hpp>

#include "model/snapshot_fields.hpp"

// A value of which no field, at any depth, is at its initial value.
namespace onlan::model {

struct Anything {
    template <typename Member>
    // NOLINTNEXTLINE(google-explicit-constructor): it stands for a member in an initializer
    operator Member() const;
};

// How many members an aggregate has.
template <typename Object, typename... Members>
consteval std::size_t members_of()
{
    if constexpr (requires { Object{Members{}..., Anything{}}; })
        return members_of<Object, Members..., Anything>();
    else
        return sizeof...(Members);
}

class Filler {
public:
    template <Described Object>
    void fill(Object& object)
    {
        static_assert(
            members_of<Object>() ==
                std::tuple_size_v<decltype(fields_of(static_cast<const Object*>(nullptr)))>,
            "fields_of() leaves a member out");
        for_each_field(&object, [&](const auto& field) { fill(object.*field.member); });
    }

private:
    void fill(bool& value) { value = !value; }
    template <std::integral Number>
    void fill(Number& number)
    {
        ++number;
    }
    template <Worded Enumeration>
    void fill(Enumeration& value)
    {
        value = static_cast<Enumeration>(words_of(&value).size() - 1);
    }
    void fill(std::string& text) { text = "filled"; }
    void fill(net::IpAddress& address) { address = *net::IpAddress::parse("fd00::1"); }
    void fill(net::Prefix& prefix) { prefix = *net::Prefix::parse("fd00::/8"); }
    void fill(net::InterfaceAddress& address)
    {
        address = *net::InterfaceAddress::parse("fd00::1/8");
    }
    void fill(net::MacAddress& mac) { mac = *net::MacAddress::parse("02:00:00:00:00:0b"); }
    template <typename Value>
    void fill(std::optional<Value>& value)
    {
        fill(value.emplace());
    }
    // Where bytes are attributes, this is one.
    void fill(std::vector<std::uint8_t>& bytes) { bytes = {8, 0, 25, 0, 1, 0, 0, 0}; }
    template <typename Value>
    void fill(std::vector<Value>& values)
    {
        fill(values.emplace_back());
    }
    template <typename Key, typename Value>
    void fill(std::map<Key, Value>& values)
    {
        Key key{};
        fill(key);
        fill(values[key]);
    }
    void fill(NftListing& listing)
    {
        listing = *NftListing::from({{"nftables", {{{"table", {{"name", "filled"}}}}}}});
    }
    template <typename Value>
    void fill(Shared<Value>& value)
    {
        fill(value.edit());
    }
    void fill(Rule& rule)
    {
        PolicyRule decoded;
        fill(decoded);
        rule = rule_from(decoded);
    }
    void fill(Conntrack& entry)
    {
        entry = *Conntrack::parse("udp 17 29 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 "
                                  "src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1");
    }
};

template <Described Object>
Object filled()
{
    Object object;
    Filler().fill(object);
    return object;
}

} // namespace onlan::model
