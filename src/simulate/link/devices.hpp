#pragma once

#include "simulate/run/run.hpp"

namespace onlan::simulate {

// dev_queue_xmit()
void transmit(Run& run, const Device& device, Packet&& packet);
// __netif_receive_skb_core()
void receive(Run& run, const Device& device, Packet&& packet);
// The part of it behind bridges, VLANs and macvlans: the protocols of this device itself.
void receive_up(Run& run, const Device& device, Packet&& packet);
// Works on what is queued until nothing is on its way any more.
void drain(Run& run);
// Whether what stands in front of a device has taken its frame (rx_handler_result_t).
enum class Taken : std::uint8_t { no, yes };
// eth_type_trans(): what the frame is to a device with this address.
[[nodiscard]] rules::PacketType packet_type(const net::MacAddress& destination,
                                            const net::MacAddress& own);

} // namespace onlan::simulate
