#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace muonscope {

// A tensor's name without the .weight that nearly all of them end in.
constexpr std::string_view short_name(std::string_view name) {
    constexpr std::string_view ending = ".weight";
    if (name.ends_with(ending)) name.remove_suffix(ending.size());
    return name;
}

// Which tensors are meant, by their names. A pattern's parts stand between dots; `*` in a part is
// any text, `3-9` any whole number from 3 to 9; a pattern of fewer parts than the name has is
// looked for anywhere in it, so that "attn_v" is that of every block, and "*" is all. An ending
// `.weight` need not be written. Several patterns stand behind one another with a +.
class Selection {
  public:
    // Throws Error for an empty pattern or part.
    explicit Selection(std::string_view text);
    bool has(std::string_view name) const;

  private:
    std::vector<std::vector<std::string>> patterns_;
};

}  // namespace muonscope
