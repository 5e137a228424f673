#include <iostream>

#include <sys/random.h>

#include "cli/options.hpp"
#include "cli/print.hpp"
#include "cli/snapshot_source.hpp"
#include "model/snapshot_json.hpp"
#include "redact/redact.hpp"

namespace onlan::cli {
namespace {

// A new one each time: nobody can tell which addresses those of an earlier document were.
Result<redact::Key> random_key()
{
    redact::Key key{};
    if (::getrandom(key.data(), sizeof key, 0) != static_cast<ssize_t>(sizeof key))
        return fail_errno("draw a key");
    return key;
}

Result<> write_snapshot(const Options& options, const SnapshotOptions& snapshot)
{
    ONLAN_TRY(model::Snapshot collected, read_snapshot(options, snapshot.snapshot, "snapshot"));
    if (snapshot.redact) {
        ONLAN_TRY(const redact::Key key, random_key());
        collected = redact::redacted(std::move(collected), key);
    }
    const std::string document = model::snapshot_to_json(collected);
    constexpr mode_t kOwnersAlone = 0600; // it tells everything about the host
    if (!snapshot.output.empty())
        return write_document(snapshot.output, document, kOwnersAlone);
    std::cout << document << std::flush;
    if (!std::cout)
        return fail_errno("write the snapshot to stdout", EIO);
    return {};
}

} // namespace

int snapshot(const Options& options, const SnapshotOptions& snapshot)
{
    const auto written = write_snapshot(options, snapshot);
    if (!written)
        print_error(written.error());
    return written ? kDone : kCouldNot;
}

} // namespace onlan::cli
