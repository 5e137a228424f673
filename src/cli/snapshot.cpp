#include "collect/snapshot.hpp"

#include <chrono>
#include <iostream>

#include <sys/random.h>

#include <fmt/format.h>

#include "base/file.hpp"
#include "cli/options.hpp"
#include "cli/print.hpp"
#include "cli/session.hpp"
#include "collect/folder.hpp"
#include "model/snapshot_json.hpp"
#include "redact/redact.hpp"

namespace onlan::cli {
namespace {

using std::chrono::steady_clock;

// Says how far it is, once a second, as soon as it takes longer than anybody likes to wait.
class ProgressLine {
public:
    void operator()(std::size_t done, std::size_t known)
    {
        const auto now = steady_clock::now();
        if (now < next_)
            return;
        next_ = now + std::chrono::seconds{1};
        std::cerr << fmt::format("read {} of {} namespaces\n", done, known);
    }

private:
    steady_clock::time_point next_ = steady_clock::now() + std::chrono::seconds{2};
};

// A new one each time: nobody can tell which addresses those of an earlier document were.
Result<redact::Key> random_key()
{
    redact::Key key{};
    if (::getrandom(key.data(), sizeof key, 0) != static_cast<ssize_t>(sizeof key))
        return fail_errno("draw a key");
    return key;
}

Result<model::Snapshot> read_snapshot(const Options& options, const SnapshotOptions& snapshot)
{
    if (!snapshot.snapshot.empty())
        return collect::load_snapshot(snapshot.snapshot);
    ONLAN_CHECK(require_root("snapshot"));
    ProgressLine progress;
    return collect::collect_snapshot(options.docker_host, std::ref(progress));
}

// A file as a whole or not at all; a pipe or a device, which must not be replaced by a file, as it
// comes.
Result<> write_document(const std::filesystem::path& path, const std::string& document)
{
    std::error_code ignored;
    const bool special =
        std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored);
    return special ? write_file(path, document)
                   : replace_file(std::filesystem::absolute(path), document);
}

Result<> write_snapshot(const Options& options, const SnapshotOptions& snapshot)
{
    ONLAN_TRY(model::Snapshot collected, read_snapshot(options, snapshot));
    if (snapshot.redact) {
        ONLAN_TRY(const redact::Key key, random_key());
        collected = redact::redacted(std::move(collected), key);
    }
    const std::string document = model::snapshot_to_json(collected);
    if (!snapshot.output.empty())
        return write_document(snapshot.output, document);
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
