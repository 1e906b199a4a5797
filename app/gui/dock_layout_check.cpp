#include "app/gui/dock_layout_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <set>

namespace muonscope::gui {
namespace {

constexpr std::size_t most_nodes = 256;
constexpr int most_windows = 1000;  // Dear ImGui looks through all of them for each
constexpr int deepest = 32;
constexpr int farthest = 30000;  // pixels; Dear ImGui keeps 16 bits

// One line, from left to right.
class Line {
  public:
    explicit Line(std::string_view text) : rest_(text) {}

    bool at_end() const { return rest_.empty(); }
    bool word(std::string_view expected) {
        if (!rest_.starts_with(expected)) return false;
        rest_.remove_prefix(expected.size());
        return true;
    }
    void blanks() {
        while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
    }
    // As it is written: Dear ImGui reads 010 as eight.
    bool integer(int least, int most, int& value) {
        const auto fault = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value).ec;
        return fault == std::errc() && value >= least && value <= most &&
               word(std::to_string(value));
    }
    bool pair(int least, int most) {
        int first = 0, second = 0;
        return integer(least, most, first) && word(",") && integer(least, most, second);
    }
    bool identifier(std::uint32_t& value) {  // 0x0000002A
        if (!word("0x")) return false;
        const auto fault = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value, 16).ec;
        return fault == std::errc() && word(fmt::format("{:08X}", value));
    }

  private:
    std::string_view rest_;
};

struct Node {
    bool space = false, split = false, central = false;  // space: it or its root is a dock space
    int depth = 0, children = 0;
    std::uint32_t root = 0;
};

class Check {
  public:
    std::string fault_of(std::string_view text) {
        if (!text.empty() && text.back() != '\n') return "its last line is cut short";
        for (int number = 1; !text.empty(); ++number) {
            const std::size_t end = text.find('\n');
            const std::string_view line = text.substr(0, end);
            text.remove_prefix(end + 1);
            if (!takes(line)) return fmt::format("line {} is none that is written there", number);
            if (!fault_.empty()) return fmt::format("line {}: {}", number, fault_);
        }
        return fault_of_tree();
    }

  private:
    enum class Section { none, window, docking };

    bool takes(std::string_view line) {
        if (line.empty() || line.front() == ';') return true;
        if (line.front() == '[') return begins_section(line);
        switch (section_) {
            case Section::window:
                return takes_window_line(Line(line));
            case Section::docking:
                return takes_node(Line(line));
            case Section::none:
                break;
        }
        return false;
    }

    bool begins_section(std::string_view line) {
        for (const char c : line)
            if (static_cast<unsigned char>(c) < 0x20) return false;
        if (line == "[Docking][Data]") {
            section_ = Section::docking;
            return true;
        }
        section_ = Section::window;
        if (++windows_ > most_windows) fault_ = "there are too many windows";
        constexpr std::string_view window = "[Window][";
        return line.starts_with(window) && line.ends_with(']') && line.size() > window.size() + 1;
    }

    bool takes_window_line(Line line) {
        int number = 0;
        std::uint32_t id = 0;
        bool good = false;
        if (line.word("Pos=") || line.word("ViewportPos=")) {
            good = line.pair(-farthest, farthest);
        } else if (line.word("Size=")) {
            good = line.pair(0, farthest);
        } else if (line.word("Collapsed=") || line.word("IsChild=")) {
            good = line.integer(0, 1, number);
        } else if (line.word("ViewportId=") || line.word("ClassId=")) {
            good = line.identifier(id);
        } else if (line.word("DockId=")) {
            good = line.identifier(id) && (!line.word(",") || line.integer(-1, 32767, number));
            docked_.insert(id);
        }
        return good && line.at_end();
    }

    // In the order in which Dear ImGui writes and reads them.
    bool takes_node(Line line) {
        std::uint32_t id = 0, parent = 0, other = 0;
        line.blanks();
        const bool space = line.word("DockSpace");
        if (!space && !line.word("DockNode")) return false;
        line.blanks();
        if (!line.word("ID=") || !line.identifier(id)) return false;
        if (line.word(" Parent=")) {
            if (!line.identifier(parent) || !line.word(" SizeRef=") || !line.pair(0, farthest))
                return false;
        } else {
            if (line.word(" Window=") && (!space || !line.identifier(other))) return false;
            if (!line.word(" Pos=") || !line.pair(-farthest, farthest)) return false;
            if (!line.word(" Size=") || !line.pair(1, farthest)) return false;
        }
        Node node;
        node.space = space;
        node.split = line.word(" Split=X") || line.word(" Split=Y");
        line.word(" NoResize=1");
        node.central = line.word(" CentralNode=1");
        for (const char* flag :
             {" NoTabBar=1", " HiddenTabBar=1", " NoWindowMenuButton=1", " NoCloseButton=1"})
            line.word(flag);
        if (line.word(" Selected=") && !line.identifier(other)) return false;
        if (!line.at_end()) return false;
        fault_ = add(id, parent, node);
        return true;
    }

    std::string add(std::uint32_t id, std::uint32_t parent, Node node) {
        if (id == 0 || nodes_.contains(id)) return "the node's number is taken";
        if (nodes_.size() == most_nodes) return "there are too many nodes";
        if (node.space && parent != 0) return "a dock space has a parent";
        node.root = id;
        if (parent != 0) {
            const auto above = nodes_.find(parent);
            // Parents come first, so that none is its own ancestor.
            if (above == nodes_.end()) return "the node's parent is missing";
            if (!above->second.split || ++above->second.children > 2)
                return "the node's parent has no room for it";
            node.root = above->second.root;
            node.depth = above->second.depth + 1;
            if (node.depth > deepest) return "the nodes are nested too deep";
        }
        if (parent != 0) node.space = nodes_.at(node.root).space;
        if (node.central && (node.split || !node.space || !centres_.insert(node.root).second))
            return "the node cannot be the central one";
        nodes_.emplace(id, node);
        return "";
    }

    std::string fault_of_tree() const {
        if (std::none_of(nodes_.begin(), nodes_.end(),
                         [](const auto& n) { return n.second.space; }))
            return "the dock space is missing";
        for (const auto& [id, node] : nodes_)
            if (node.split && node.children != 2)
                return fmt::format("node 0x{:08X} is split, and a part of it is missing", id);
        for (const std::uint32_t id : docked_)
            if (const auto node = nodes_.find(id); node != nodes_.end() && node->second.split)
                return fmt::format("a panel stands in node 0x{:08X}, which is split", id);
        return "";
    }

    Section section_ = Section::none;
    std::string fault_;
    int windows_ = 0;
    std::map<std::uint32_t, Node> nodes_;
    std::set<std::uint32_t> docked_, centres_;  // of windows; roots that have a central node
};

}  // namespace

std::string layout_fault(std::string_view text) {
    return Check().fault_of(text);
}

}  // namespace muonscope::gui
