#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "rules/machine/datatype.hpp"
#include "rules/machine/value.hpp"
#include "rules/nft/json.hpp"

namespace onlan::rules::nft {

// The index of each device by its name, which nft prints in its place.
using Devices = std::map<std::string, int>;

// By the name that `type` of a set gives it.
[[nodiscard]] Datatype datatype_named(std::string_view name);
// In bits, for prefixes.
[[nodiscard]] unsigned width(Datatype datatype, const Value& value);

// One constant; several with "|" between them, or in a list, are OR-ed.
[[nodiscard]] Result<Value> constant(const Json& json, Datatype datatype, const Devices& devices);
// A constant, prefix, range or wildcard name.
[[nodiscard]] Result<Interval>
interval(const Json& json, Datatype datatype, const Devices& devices);

} // namespace onlan::rules::nft
