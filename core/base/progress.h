#pragma once

#include <atomic>
#include <functional>
#include <string_view>

// Long operations (a large problem, a step of a large net, its measures) ask between their parts
// whether they are still wanted, and say how far they are. Whoever runs one may listen; whoever
// does not pays one look at a flag. Neither changes a result: what was called off is thrown away.
namespace muonscope {

// Thrown by a part of work that is no longer wanted. No error: nothing is wrong.
struct Abandoned {};

// While it lives, long work of this thread looks at `flag` and tells `tell`.
class WorkScope {
  public:
    using Tell = std::function<void(std::string_view what, double done)>;  // done: 0 to 1
    explicit WorkScope(const std::atomic<bool>* flag, Tell tell = {});
    ~WorkScope();
    WorkScope(const WorkScope&) = delete;
    WorkScope& operator=(const WorkScope&) = delete;

  private:
    friend void work_span(double from, double to);
    friend void work_point();
    friend void work_point(std::string_view what, int part, int parts);
    const std::atomic<bool>* flag_;
    Tell tell_;
    double from_ = 0, to_ = 1;
    WorkScope* outer_;
};

// Parts told from now on fill [from, to] of the whole.
void work_span(double from, double to);
// Throws Abandoned when the innermost scope of this thread says so.
void work_point();
// Likewise, and tells that part `part` of `parts`, counted from 0, begins: "weights of layer".
void work_point(std::string_view what, int part, int parts);

}  // namespace muonscope
