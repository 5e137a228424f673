#include <utility>

#include <fmt/format.h>

#include "base/json_document.hpp"
#include "model/json_reader.hpp"
#include "model/snapshot_json.hpp"

namespace onlan::model {
namespace {

using nlohmann::json;

Result<> check_schema(json& document)
{
    if (!document.is_object())
        return fail(Failed::parse, "at the top: expected an object");
    const auto schema = document.find("schema");
    if (schema == document.end() || !schema->is_string())
        return fail(
            Failed::parse,
            fmt::format("at /schema: expected \"{}\"; this is not a snapshot", kSnapshotSchema));
    if (*schema != kSnapshotSchema)
        return fail(Failed::parse,
                    fmt::format("at /schema: this version of onlan reads {}, not '{}'",
                                kSnapshotSchema,
                                schema->get_ref<const std::string&>().substr(0, 40)));
    document.erase(schema);
    return {};
}

} // namespace

Result<Snapshot> snapshot_from_json(std::string_view text)
{
    ONLAN_TRY(json document, parse_json_document(text));
    ONLAN_CHECK(check_schema(document));
    return described_from_json<Snapshot>(std::move(document));
}

} // namespace onlan::model
