#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/host.hpp"
#include "model/intent.hpp"

namespace onlan::plan {

struct ExportedFile {
    std::string path;
    std::string text;

    friend bool operator==(const ExportedFile&, const ExportedFile&) = default;
};

// The links that `up` makes, for the distribution to make instead: same names, kinds, MTUs and MAC
// addresses. What no network manager can do stays with `up`, and each file says so. Fails on a
// policy rule that nothing has words for.
//
// systemd.netdev(5) and systemd.network(5)
[[nodiscard]] Result<std::vector<ExportedFile>> export_networkd(const model::Intent& intent,
                                                                const model::Host& host);
// netplan(5)
[[nodiscard]] Result<std::vector<ExportedFile>> export_netplan(const model::Intent& intent,
                                                               const model::Host& host);

} // namespace onlan::plan
