#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace onlan::redact {

using Key = std::array<std::uint64_t, 2>;

// SipHash-2-4 (Aumasson and Bernstein, 2012): without the key nobody can tell it from chance.
[[nodiscard]] std::uint64_t keyed_hash(const Key& key, std::span<const std::uint8_t> bytes);

} // namespace onlan::redact
