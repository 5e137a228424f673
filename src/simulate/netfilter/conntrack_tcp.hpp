#pragma once

#include "simulate/run/run.hpp"

namespace onlan::simulate {

enum class TcpResult : std::uint8_t { accept, invalid, again };
[[nodiscard]] bool tcp_may_begin(std::uint8_t flags, bool loose);
[[nodiscard]] TcpResult tcp_packet(Connection& connection,
                                   rules::CtDirection direction,
                                   const Ip& segment,
                                   const NetnsSettings& settings);

} // namespace onlan::simulate
