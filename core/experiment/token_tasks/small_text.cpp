#include "core/experiment/token_tasks/small_text.h"

#include <array>
#include <span>
#include <string_view>

#include "core/random/generator.h"

namespace muonscope {

namespace {

using Words = std::span<const std::string_view>;

constexpr std::array<std::string_view, 16> names{"Ada",  "Tom",  "Mira", "Otto", "Lena", "Karl",
                                                 "Vera", "Hugo", "Ines", "Paul", "Rosa", "Emil",
                                                 "Nora", "Finn", "Ulla", "Jago"};
constexpr std::array<std::string_view, 16> things{
    "ball",  "boat", "lamp",  "key",    "kite",   "drum",    "apple",  "map",
    "clock", "hat",  "stone", "ladder", "basket", "whistle", "mirror", "violin"};
constexpr std::array<std::string_view, 8> kinds{"red",   "small", "old",    "blue",
                                                "heavy", "round", "wooden", "golden"};
constexpr std::array<std::string_view, 12> places{
    "in the garden", "by the river", "at home",        "in the wood",
    "on the hill",   "at school",    "in the kitchen", "near the station",
    "on the beach",  "in the attic", "at the market",  "under the bridge"};
constexpr std::array<std::string_view, 8> feelings{"happy", "sad",   "tired",   "proud",
                                                   "cold",  "brave", "curious", "hungry"};
constexpr std::array<std::string_view, 8> weathers{
    "It was raining",      "The sun was out",   "It was late",     "The wind was cold",
    "Snow lay everywhere", "It was very early", "The moon was up", "It was a long day"};

constexpr std::size_t wanted_bytes = 65536;

// A story at a time.
class Teller {
  public:
    std::string& text() { return text_; }

    void tell() {
        const std::string_view who = one_of(names), place = one_of(places);
        std::string_view friend_of = one_of(names);
        if (friend_of == who) friend_of = who == names[0] ? names[1] : names[0];
        const std::string thing = std::string(one_of(kinds)) + " " + std::string(one_of(things));
        if (generator_.below(2) == 0) say(one_of(weathers), ".");
        say(who, " ", generator_.below(2) == 0 ? "has a " : "found a ", thing, " ", place, ".");
        middle(who, friend_of, thing);
        if (generator_.below(2) == 0) middle(friend_of, who, thing);
        say("In the end ", who, " was ", one_of(feelings), " and ", friend_of, " was ",
            one_of(feelings), ".");
        text_.back() = '\n';
    }

  private:
    // The first of a list most often.
    std::string_view one_of(Words words) {
        return words[generator_.below(1 + generator_.below(words.size()))];
    }
    template <typename... Parts>
    void say(Parts... parts) {
        ((text_ += parts), ...);
        text_ += ' ';
    }
    void middle(std::string_view who, std::string_view other, const std::string& thing) {
        switch (generator_.below(6)) {
            case 0:
                return say(who, " gives the ", thing, " to ", other, ".");
            case 1:
                return say("\"Where is my ", thing, "?\" asks ", who, ".");
            case 2:
                return say(who, " and ", other, " look for the ", thing, " ", one_of(places), ".");
            case 3:
                return say("\"I am ", one_of(feelings), ",\" says ", who, " to ", other, ".");
            case 4:
                return say(other, " hides the ", thing, " ", one_of(places), ", but ", who,
                           " finds it.");
            default:
                return say("Then ", who, " and ", other, " go home with the ", thing, ".");
        }
    }

    Generator generator_{1, Purpose::small_text};
    std::string text_;
};

}  // namespace

const std::string& small_text() {
    static const std::string text = [] {
        Teller teller;
        while (teller.text().size() < wanted_bytes) teller.tell();
        return teller.text();
    }();
    return text;
}

}  // namespace muonscope
