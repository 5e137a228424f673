#include "simulate/netfilter/surroundings.hpp"

#include "simulate/ends/lookup.hpp"

namespace onlan::simulate {
namespace {

using rules::PacketView;
using rules::SocketView;

// nf_sk_lookup_slow_v4(): an answer to what SNAT has rewritten is for who sent that.
model::Tuple tuple_of(const PacketView& packet)
{
    const rules::CtView& ct = packet.ct;
    model::Tuple tuple{.source = packet.source,
                       .destination = packet.destination,
                       .protocol = packet.protocol,
                       .source_port = packet.source_port,
                       .destination_port = packet.destination_port};
    if (ct.state == rules::CtState::established && ct.direction == rules::CtDirection::reply &&
        (ct.status & model::kSourceNat) != 0) {
        tuple.destination = ct.original.source;
        tuple.destination_port = ct.original.source_port;
    }
    return tuple;
}

std::optional<SocketView> view_of(const model::Socket* listener)
{
    if (listener == nullptr)
        return {};
    return SocketView{.transparent = listener->transparent,
                      .wildcard =
                          listener->address == net::IpAddress::any(listener->address.family()),
                      .mark = listener->mark};
}

} // namespace

std::uint8_t NetnsSurroundings::address_type(const net::IpAddress& address,
                                             const model::Link* link) const
{
    return static_cast<std::uint8_t>(
        netns_.fib(address.family()).address_type(address, link == nullptr ? 0 : link->index));
}

const model::Link* NetnsSurroundings::reverse_device(const PacketView& packet, bool use_mark) const
{
    const FlowKey key{.destination = packet.source,
                      .source = packet.destination,
                      .mark = use_mark ? packet.mark : 0,
                      .tos = packet.tos};
    const RouteFound found = netns_.fib(packet.source.family()).lookup(key);
    if (!found.ok())
        return nullptr;
    const auto device = netns_.by_index.find(found.route->link);
    return device == netns_.by_index.end() ? nullptr : device->second->link;
}

std::optional<SocketView> NetnsSurroundings::socket_of(const PacketView& packet,
                                                       const rules::Tproxy* to) const
{
    if (packet.protocol != kTcp && packet.protocol != kUdp)
        return {};
    const model::Tuple tuple = tuple_of(packet);
    if (const LiveSocket* connected = find_connected(run_, netns_, tuple))
        return SocketView{.transparent = connected->transparent, .mark = connected->mark};
    const auto in = netns_.by_index.find(packet.in == nullptr ? 0 : packet.in->index);
    Listening at{.protocol = tuple.protocol,
                 .address = tuple.destination,
                 .port = tuple.destination_port,
                 .arrived = in == netns_.by_index.end() ? 0 : in->first};
    if (to != nullptr && in != netns_.by_index.end())
        at = diverted(at, packet.source, *to, *in->second);
    return view_of(find_listener(netns_, at));
}

} // namespace onlan::simulate
