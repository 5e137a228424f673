#include "cli/snapshot_source.hpp"

#include <chrono>
#include <iostream>

#include <fmt/format.h>

#include "base/file.hpp"
#include "cli/session.hpp"
#include "collect/folder.hpp"
#include "collect/snapshot.hpp"

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

} // namespace

Result<model::Snapshot>
read_snapshot(const Options& options, const std::filesystem::path& path, std::string_view command)
{
    if (!path.empty())
        return collect::load_snapshot(path);
    ONLAN_CHECK(require_root(command));
    ProgressLine progress;
    return collect::collect_snapshot(options.docker_host, std::ref(progress));
}

Result<> write_document(const std::filesystem::path& path, const std::string& document, mode_t mode)
{
    std::error_code ignored;
    const bool special =
        std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored);
    return special ? write_file(path, document)
                   : replace_file(std::filesystem::absolute(path), document, mode);
}

} // namespace onlan::cli
