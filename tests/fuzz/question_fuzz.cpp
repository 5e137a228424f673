#include <cstdint>

#include "simulate/question.hpp"

namespace {

onlan::model::Snapshot small_host()
{
    using namespace onlan;
    model::Netns host{.name = "host"};
    host.links = {{.index = 2, .name = "eth0", .up = true, .carrier = true, .ethernet = true}};
    host.addresses = {{.link = 2, .local = net::InterfaceAddress::parse("192.168.1.5/24").value()}};
    model::Netns web{.name = "container:web"};
    model::Snapshot snapshot;
    snapshot.namespaces = {host, web};
    return snapshot;
}

} // namespace

// WHO and TARGET, with a line break between, are a flow that can be walked, or an error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace onlan;
    static const model::Snapshot snapshot = small_host();
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::string_view from = text.substr(0, text.find('\n'));
    const std::string_view to = text.substr(std::min(from.size() + 1, text.size()));
    const auto target = simulate::Target::parse(to);
    if (!target && target.error().message.empty())
        __builtin_trap();
    if (!target)
        return 0;
    const auto question = simulate::Question::pose(snapshot, from, *target);
    if (question)
        (void)simulate::explain(question->world(), question->flow());
    else if (question.error().message.empty())
        __builtin_trap();
    return 0;
}
