#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace onlan::apply {

// One onlan changes a host at a time. The lock belongs to the open file: it is shared with a child
// process that inherits it and ends when the last of them is gone, however it ended.
class Lock {
public:
    // `command` is what a second onlan will say about the holder. Fails with Failed::conflict,
    // naming the holder.
    [[nodiscard]] static Result<Lock> take(const std::filesystem::path& folder,
                                           std::string_view command);

    // What a second onlan will say from now on; this process is added.
    [[nodiscard]] Result<> name_holder(std::string_view holder) const;

private:
    explicit Lock(UniqueFd fd) noexcept : fd_(std::move(fd)) {}

    UniqueFd fd_;
};

} // namespace onlan::apply
