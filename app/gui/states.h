#pragma once

#include <map>
#include <memory>
#include <typeindex>

namespace muonscope::gui {

// One value of each type, made when it is first asked for. A panel keeps what it likes here and
// nobody else has to know of it.
template <bool copied>
class StatesOf {
  public:
    StatesOf() = default;
    StatesOf(StatesOf&&) noexcept = default;
    StatesOf& operator=(StatesOf&&) noexcept = default;
    StatesOf(const StatesOf& other) requires copied { *this = other; }
    StatesOf& operator=(const StatesOf& other) requires copied {
        if (this == &other) return *this;
        states_.clear();
        for (const auto& [type, state] : other.states_) states_.emplace(type, state->copy());
        return *this;
    }
    ~StatesOf() = default;

    template <class T>
    T& of() {
        std::unique_ptr<State>& state = states_[typeid(T)];
        if (!state) state = std::make_unique<Holds<T>>();
        return static_cast<Holds<T>&>(*state).value;
    }
    template <class T>
    void forget() {
        states_.erase(typeid(T));
    }

  private:
    struct State {
        virtual ~State() = default;
        virtual std::unique_ptr<State> copy() const = 0;
    };
    template <class T>
    struct Holds : State {
        T value{};
        std::unique_ptr<State> copy() const override {
            if constexpr (copied)
                return std::make_unique<Holds<T>>(*this);
            else
                return nullptr;
        }
    };
    std::map<std::type_index, std::unique_ptr<State>> states_;
};

using States = StatesOf<false>;       // while the window is open: threads and textures among them
using ChosenStates = StatesOf<true>;  // plain values; a copy holds copies

}  // namespace muonscope::gui
