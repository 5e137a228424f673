#include "redact/redact.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "model/snapshot_fields.hpp"
#include "redact/text.hpp"

namespace onlan::redact {
namespace {

using model::Tells;

// Walks everything in a snapshot by the lists of its fields: what is an address says its type, what
// a text is says the field.
class Redactor {
public:
    explicit Redactor(const Key& key) : addresses_(key), names_(key), text_(addresses_, names_) {}

    // Names first: a text may speak of what only comes later.
    void learn(const model::Snapshot& snapshot)
    {
        for (const model::Netns& netns : snapshot.namespaces) {
            for (const model::Link& link : netns.links)
                names_.link(link.name);
        }
        if (snapshot.docker) {
            for (const model::DockerNetwork& network : snapshot.docker->networks) {
                if (!is_dockers_own(network.name))
                    names_.of("network", network.name);
                names_.id(network.id);
            }
            for (const model::DockerContainer& container : snapshot.docker->containers) {
                names_.of("container", container.name);
                names_.id(container.id);
            }
        }
        for (const model::Netns& netns : snapshot.namespaces) {
            if (netns.name.starts_with(kOfNetns))
                names_.of("netns", netns.name.substr(kOfNetns.size()));
        }
    }

    template <model::Described Object>
    void redact(Object& object, Tells /*tells*/ = Tells::word)
    {
        model::for_each_field(&object, [&](const auto& field) {
            redact(object.*field.member, field.tells);
            redact_keys(object.*field.member, field.keys);
        });
    }

private:
    static constexpr std::string_view kOfNetns = "netns:";

    // The networks that every engine has.
    static bool is_dockers_own(std::string_view name)
    {
        return name == "bridge" || name == "host" || name == "none";
    }

    template <typename Number>
        requires std::integral<Number> || std::is_enum_v<Number>
    void redact(Number& /*number*/, Tells /*tells*/)
    {}
    void redact(std::vector<std::uint8_t>& /*bytes*/, Tells /*tells*/) {}

    void redact(std::string& text, Tells tells)
    {
        switch (tells) {
        case Tells::word:
            break;
        case Tells::link:
            text = names_.link(text);
            break;
        case Tells::name:
            text = name(text);
            break;
        case Tells::label:
            text = names_.of("label", text);
            break;
        case Tells::sysctl:
            text = text_.sysctl(text);
            break;
        case Tells::text:
            text = text_(text);
            break;
        }
    }
    template <typename Address>
        requires std::is_invocable_v<Addresses, const Address&>
    void redact(Address& address, Tells /*tells*/)
    {
        address = addresses_(address);
    }
    template <typename Value>
    void redact(std::optional<Value>& value, Tells tells)
    {
        if (value)
            redact(*value, tells);
    }
    template <typename Value>
    void redact(std::vector<Value>& values, Tells tells)
    {
        for (Value& value : values)
            redact(value, tells);
    }
    template <typename Key, typename Value>
    void redact(std::map<Key, Value>& values, Tells tells)
    {
        for (auto& [key, value] : values)
            redact(value, tells);
    }
    template <typename Value>
    void redact(Shared<Value>& value, Tells tells)
    {
        redact(value.edit(), tells);
    }
    void redact(std::vector<std::string>& words, Tells tells)
    {
        if (tells == Tells::text)
            return text_.rule(words);
        for (std::string& word : words)
            redact(word, tells);
    }
    void redact(model::NftListing& listing, Tells /*tells*/)
    {
        for (model::NftObject& object : listing.objects.edit()) {
            nlohmann::json element = object.element();
            text_.tree(element);
            object = model::NftObject(std::move(element));
        }
    }

    void redact(model::Rule& rule, Tells /*tells*/)
    {
        model::PolicyRule decoded = model::policy_rule_from(rule);
        redact(decoded);
        rule = model::rule_from(decoded);
    }
    void redact(model::Conntrack& entry, Tells /*tells*/)
    {
        redact(entry.original);
        redact(entry.reply);
    }
    void redact(model::Expectation& expectation, Tells /*tells*/)
    {
        redact(expectation.tuple);
        redact(expectation.master); // but not the mask
    }
    template <typename Value>
    void redact_keys(Value& /*has none*/, Tells /*tells*/)
    {}
    template <typename Value>
    void redact_keys(std::map<std::string, Value>& values, Tells tells)
    {
        std::map<std::string, Value> redacted;
        for (auto& [key, value] : values) {
            std::string other = key;
            redact(other, tells);
            redacted.emplace(std::move(other), std::move(value));
        }
        values = std::move(redacted);
    }

    // "container:web", "netns:blue", a program's or an id.
    std::string name(const std::string& text)
    {
        if (const std::string* known = names_.find(text))
            return *known;
        const std::size_t colon = text.find(':');
        if (colon != std::string::npos)
            return text.substr(0, colon + 1) + name(text.substr(colon + 1));
        const bool is_ours = text.empty() || text == "host" || text == "docker-proxy" ||
                             is_dockers_own(text) ||
                             text.find_first_not_of("0123456789") == std::string::npos;
        return is_ours ? text : names_.of("name", text);
    }

    Addresses addresses_;
    Names names_;
    Text text_;
};

} // namespace

model::Snapshot redacted(model::Snapshot snapshot, const Key& key)
{
    Redactor redactor(key);
    redactor.learn(snapshot);
    redactor.redact(snapshot);
    return snapshot;
}

} // namespace onlan::redact
