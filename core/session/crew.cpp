#include "core/session/crew.h"

#include <algorithm>
#include <system_error>

namespace muonscope {

Crew::Crew(int threads, const std::function<void()>& work) {
    for (int i = 0; i < threads; ++i) {
        try {
            threads_.emplace_back(work);
        } catch (const std::system_error&) {
            return;
        }
    }
}

Crew::~Crew() {
    for (std::thread& thread : threads_) thread.join();
}

int hardware_threads() {
    return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

}  // namespace muonscope
