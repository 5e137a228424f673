#pragma once

#include <memory>
#include <utility>

namespace onlan {

// A value that its copies share until one of them is edited. Copying costs a pointer, and copies
// compare equal without being looked into. Moving is copying: what was moved from keeps its value.
template <typename T>
class Shared {
public:
    Shared() : value_(nothing()) {}
    Shared(T value) // NOLINT(google-explicit-constructor): it is the value
        : value_(std::make_shared<T>(std::move(value)))
    {}
    Shared(const Shared&) = default;
    Shared& operator=(const Shared&) = default;
    ~Shared() = default;

    [[nodiscard]] const T& operator*() const noexcept { return *value_; }
    [[nodiscard]] const T* operator->() const noexcept { return value_.get(); }

    // To be changed, without the copies noticing. The reference is good until the next copy.
    [[nodiscard]] T& edit()
    {
        if (value_.use_count() > 1)
            value_ = std::make_shared<T>(std::as_const(*value_));
        return *value_;
    }

    // Whether they are copies of one another that nobody has edited.
    [[nodiscard]] bool is_copy_of(const Shared& other) const noexcept
    {
        return value_ == other.value_;
    }
    friend bool operator==(const Shared& one, const Shared& other)
    {
        return one.is_copy_of(other) || *one == *other;
    }

private:
    static const std::shared_ptr<T>& nothing()
    {
        static const auto value = std::make_shared<T>();
        return value;
    }

    std::shared_ptr<T> value_;
};

} // namespace onlan
