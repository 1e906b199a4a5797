#pragma once

#include <memory>
#include <utility>

namespace muonscope {

// A value of a type with virtual functions: copied with its owner, by clone(). Never empty, except
// after it was moved from.
template <class T>
class Cloned {
  public:
    explicit Cloned(std::unique_ptr<T> value) : value_(std::move(value)) {}
    Cloned(const Cloned& other) : value_(other.value_->clone()) {}
    Cloned(Cloned&&) noexcept = default;
    Cloned& operator=(const Cloned& other) {
        if (this != &other) value_ = other.value_->clone();
        return *this;
    }
    Cloned& operator=(Cloned&&) noexcept = default;
    ~Cloned() = default;

    T* operator->() { return value_.get(); }
    const T* operator->() const { return value_.get(); }
    T& operator*() { return *value_; }
    const T& operator*() const { return *value_; }

  private:
    std::unique_ptr<T> value_;
};

}  // namespace muonscope
