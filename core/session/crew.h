#pragma once

#include <functional>
#include <thread>
#include <vector>

namespace muonscope {

// Threads that all run one function. The only place where threads begin. Where no more are to be
// had there are fewer than wished, or none: nothing here depends on how many there are.
class Crew {
  public:
    // `work` returns when it is told to end, by whoever owns this, before this goes.
    Crew(int threads, const std::function<void()>& work);
    ~Crew();  // joins them
    Crew(const Crew&) = delete;
    Crew& operator=(const Crew&) = delete;

    int threads() const { return static_cast<int>(threads_.size()); }

  private:
    std::vector<std::thread> threads_;
};

// How many threads this machine runs side by side; at least one.
int hardware_threads();

}  // namespace muonscope
