#pragma once

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace muonscope {

// An open file that closes itself.
class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int number() const { return number_; }
    int close() {  // 0, or errno: a full disk may show only here
        const int failed = ::close(std::exchange(number_, -1));
        return failed ? errno : 0;
    }

  private:
    int number_;
};

}  // namespace muonscope
