#include "core/formats/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "core/base/error.h"
#include "core/base/near_names.h"

namespace muonscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr int deepest = 16;
constexpr std::size_t longest_text = std::size_t{1} << 20, longest_word = 1000;

[[noreturn]] void refuse(std::string_view source, const std::string& what,
                         const std::string& remedy = "give a file as this program writes it") {
    throw Error(std::string(source), what, remedy);
}

// How much there is of everything, by one look at the bytes. What is malformed is left to the
// parser.
class Extent {
  public:
    Extent(std::string_view source, const JsonLimits& limits) : source_(source), limits_(limits) {}

    void check(std::string_view text) {
        for (std::size_t at = 0; at < text.size(); ++at) {
            const char c = text[at];
            if (c == '"')
                at = end_of_text(text, at);
            else
                take(c);
        }
    }

  private:
    std::size_t end_of_text(std::string_view text, std::size_t begin) const {
        std::size_t at = begin + 1;
        while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
        if (at - begin > longest_text)
            refuse(source_, fmt::format("holds a text of more than {} bytes", longest_text));
        return at;
    }
    void take(char c) {
        const bool opens = c == '[' || c == '{', closes = c == ']' || c == '}';
        const bool parts = c == ',' || c == ':' || c == ' ' || c == '\n' || c == '\r' || c == '\t';
        if (opens && ++depth_ > deepest)
            refuse(source_, fmt::format("is nested deeper than {} levels", deepest));
        if (closes) --depth_;
        if ((opens || c == ',') && ++values_ > limits_.values)
            refuse(source_, fmt::format("holds more than {} values", limits_.values));
        word_ = opens || closes || parts ? 0 : word_ + 1;
        if (word_ > longest_word)
            refuse(source_, fmt::format("holds a word of more than {} characters", longest_word));
    }

    std::string_view source_;
    const JsonLimits& limits_;
    std::size_t values_ = 1, word_ = 0;
    int depth_ = 0;
};

// Keys that stand twice: the parser's own tree forgets the first of them.
class Keys : public nlohmann::json_sax<Json> {
  public:
    Keys(std::string_view source, std::size_t most) : source_(source), most_(most) {}

    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool start_array(std::size_t) override { return true; }
    bool end_array() override { return true; }
    bool start_object(std::size_t) override {
        open_.emplace_back();
        return true;
    }
    bool end_object() override {
        open_.pop_back();
        return true;
    }
    bool key(string_t& name) override {
        if (!open_.back().insert(name).second)
            refuse(source_, "the key " + in_quotes(name) + " stands twice", "remove one of them");
        if (open_.back().size() > most_)
            refuse(source_, fmt::format("holds an object of more than {} keys", most_));
        return true;
    }
    // Said by the parser that makes the tree.
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
        return false;
    }

  private:
    std::string_view source_;
    std::size_t most_;
    std::vector<std::set<std::string>> open_;
};

std::string position_of(std::string_view text, std::size_t byte) {
    const std::string_view before = text.substr(0, std::min(byte > 0 ? byte - 1 : 0, text.size()));
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
    return fmt::format("line {}, column {}", line, before.size() - start + 1);
}

}  // namespace

std::string json_complaint(const std::exception& fault) {
    std::string text = fault.what();
    text.erase(0, text.find("] ") == std::string::npos ? 0 : text.find("] ") + 2);
    if (const auto column = text.find("column "); column != std::string::npos)
        if (const auto colon = text.find(": ", column); colon != std::string::npos)
            text.erase(0, colon + 2);
    std::string clean = in_quotes(text, 200);
    if (clean.size() > 250) clean = in_quotes(text, 60);  // of bytes shown by their numbers
    return clean.substr(1, clean.size() - 2);
}

Json parse_json(std::string_view text, std::string_view source, const JsonLimits& limits) {
    if (text.size() > limits.bytes)
        refuse(source, fmt::format("holds {} bytes", text.size()),
               fmt::format("at most {} are read", limits.bytes));
    Extent(source, limits).check(text);
    // Not by the parser's callback, which looks through all of a list behind each of its objects.
    Keys keys(source, limits.keys);
    Json::sax_parse(text.begin(), text.end(), &keys);
    try {
        return Json::parse(text.begin(), text.end());
    } catch (const Json::parse_error& fault) {
        refuse(source, position_of(text, fault.byte) + ": " + json_complaint(fault),
               "mend the JSON there");
    } catch (const Json::out_of_range& fault) {
        refuse(source, json_complaint(fault), "give finite numbers");
    }
}

}  // namespace muonscope
