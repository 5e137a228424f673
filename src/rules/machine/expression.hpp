#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rules/machine/field.hpp"
#include "rules/machine/value.hpp"

namespace onlan::rules {

class ElementSet;
struct Expression;

// nft_bitwise and nft_byteorder; `plus` is what the targets TTL and HL do, within 8 bits.
struct Operation {
    enum class Kind : std::uint8_t { bit_and, bit_or, bit_xor, left, right, plus };
    Kind kind = Kind::bit_and;
    Value operand;
};

// nft_fib: what the routing tables say of one address of the packet.
struct Fib {
    enum class Result : std::uint8_t { type, oif, oifname, present };
    enum class Device : std::uint8_t { none, in, out };
    Result result = Result::type;
    bool of_source = false; // otherwise the destination
    bool by_mark = false;
    Device device = Device::none;
};

// numgen, jhash and symhash: some number from `offset` on, below `offset` + `modulus`.
struct AnyOf {
    std::string what; // "numgen"…
    std::uint32_t modulus = 0;
    std::uint32_t offset = 0;
};

// What a map holds for a key.
struct MapLookup {
    std::shared_ptr<const ElementSet> map;
    std::vector<Expression> key;
    std::size_t part = 0; // of the data, where it is a concatenation
    bool last = false;    // of the data, where it is a range
};

// A value that a rule computes.
struct Expression {
    std::variant<Field, Value, Fib, AnyOf, MapLookup> source = Field::unknown;
    std::vector<Operation> operations;
};

[[nodiscard]] Value apply(const std::vector<Operation>& operations, Value value) noexcept;

// One packet at one hook, as expressions see it.
struct Sight {
    const PacketView& packet;
    const Context& context;
    Registers& registers;
    std::optional<std::uint32_t> chosen = std::nullopt; // what AnyOf gives, counted from 0
};

[[nodiscard]] Read read(const Expression& expression, const Sight& sight);
// What makes its value a matter of chance, if anything does.
[[nodiscard]] const AnyOf* chance_in(const Expression& expression);

} // namespace onlan::rules
