#include "base/result.hpp"

#include <utility>

namespace onlan {
namespace {

class Category final : public std::error_category {
public:
    [[nodiscard]] const char* name() const noexcept override { return "onlan"; }
    [[nodiscard]] std::string message(int code) const override
    {
        switch (static_cast<Failed>(code)) {
        case Failed::parse:
            return "malformed input";
        case Failed::interrupted:
            return "kept changing while it was read";
        case Failed::missing_feature:
            return "not supported by this machine";
        case Failed::conflict:
            return "in the way";
        case Failed::not_found:
            return "not found";
        case Failed::timeout:
            return "timed out";
        case Failed::refused:
            return "refused";
        }
        return "unknown failure";
    }
};

} // namespace

std::error_code make_error_code(Failed failed) noexcept
{
    static const Category category;
    return {static_cast<int>(failed), category};
}

Error Error::within(std::string_view doing) &&
{
    message.insert(0, ": ").insert(0, doing);
    return std::move(*this);
}

Failure fail(Failed kind, std::string message)
{
    return Failure{Error{make_error_code(kind), std::move(message)}};
}

Failure fail_errno(std::string_view doing, int error)
{
    const std::error_code code{error, std::generic_category()};
    return Failure{Error{code, std::string(doing) + ": " + code.message()}};
}

} // namespace onlan
