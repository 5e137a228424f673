#include "plan/changes/change.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "model/json_reader.hpp"
#include "model/json_tree.hpp"
#include "plan/changes/shell.hpp"

namespace onlan::plan {
namespace {

// Calls `use` with what kind of change it is.
template <typename Use>
decltype(auto) as_kind(const Change& change, Use use)
{
    return std::visit(use, static_cast<const Act&>(change));
}

template <typename One>
concept HasEssence = requires(const One& one) { one.essence(); };

// The change without what was only a choice at the time of making; most kinds have nothing of it.
Change essence(const Change& change)
{
    return as_kind(change, [&]<typename One>(const One& one) -> Change {
        if constexpr (HasEssence<One>)
            return {one.essence(), change.where};
        else
            return change;
    });
}

// As a name that ip(8) knows: a file in /run/netns.
Result<std::string> named_netns(const std::string& where)
{
    constexpr std::string_view kNamed = "netns:";
    if (!where.starts_with(kNamed))
        return fail(Failed::missing_feature,
                    fmt::format("no command can change anything in {}", where));
    return where.substr(kNamed.size());
}

template <std::size_t index = 0>
Result<Act> act_from_json(std::string_view word, const nlohmann::json& json)
{
    if constexpr (index == std::variant_size_v<Act>) {
        return fail(Failed::parse, fmt::format("'{}' is not a kind of change", word));
    } else {
        using One = std::variant_alternative_t<index, Act>;
        if (word != One::kKind.word)
            return act_from_json<index + 1>(word, json);
        ONLAN_TRY(One one, model::described_from_json<One>(json));
        return Act{std::move(one)};
    }
}

} // namespace

std::string describe(const Change& change)
{
    std::string text = as_kind(change, [](const auto& one) { return one.describe(); });
    return change.where.empty() ? text : fmt::format("{} in {}", text, change.where);
}

Result<Commands> commands(const Change& change)
{
    ONLAN_TRY(Commands lines, as_kind(change, [](const auto& one) { return one.commands(); }));
    if (change.where.empty())
        return lines;
    ONLAN_TRY(const std::string netns, named_netns(change.where));
    for (std::string& line : lines)
        line = shell_line({"ip", "netns", "exec", netns, "sh", "-c", line});
    return lines;
}

bool holds(const Change& change, const model::Host& host)
{
    return (change.where.empty() || change.where == host.netns.name) &&
           as_kind(change, [&](const auto& one) { return one.holds(host); });
}

void effect(model::Snapshot& snapshot, const Change& change)
{
    const auto netns = change.where.empty() ? snapshot.namespaces.begin()
                                            : std::ranges::find(snapshot.namespaces, change.where,
                                                                &model::Netns::name);
    if (netns != snapshot.namespaces.end())
        as_kind(change,
                [&](const auto& one) { one.effect({.snapshot = snapshot, .netns = *netns}); });
}

Change inverse(const Change& change)
{
    return as_kind(change, [&](const auto& one) { return Change(one.inverse(), change.where); });
}

bool same_object(const Change& one, const Change& other)
{
    return essence(one) == essence(other);
}

const Kind& kind(const Change& change)
{
    return as_kind(change, []<typename One>(const One&) -> const Kind& { return One::kKind; });
}

// Whatever takes it back looks for the mark.
bool is_marked(const Change& change, const model::Host& host)
{
    return kind(change).marked && !holds(inverse(change), host);
}

nlohmann::json to_json(const Change& change)
{
    nlohmann::json json = as_kind(change, [](const auto& one) { return model::JsonTree::of(one); });
    json["type"] = kind(change).word;
    if (!change.where.empty())
        json["where"] = change.where;
    return json;
}

Result<Change> change_from_json(nlohmann::json json)
{
    const auto take = [&](const char* name) {
        const auto found = json.is_object() ? json.find(name) : json.end();
        if (found == json.end() || !found->is_string())
            return std::string();
        std::string text = found->get<std::string>();
        json.erase(found);
        return text;
    };
    const std::string word = take("type");
    std::string where = take("where");
    auto act = act_from_json(word, json);
    if (!act)
        return Failure{std::move(act).error().within("read a change")};
    return Change(*std::move(act), std::move(where));
}

} // namespace onlan::plan
