#include "app/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <limits>
#include <string_view>

namespace muonscope::cli {

std::size_t terminal_columns() {
    constexpr auto unlimited = std::numeric_limits<std::size_t>::max();
    if (::isatty(STDOUT_FILENO) != 1) return unlimited;
    if (const char* set = std::getenv("COLUMNS")) {
        const std::string_view text = set;
        std::size_t columns = 0;
        const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), columns);
        if (fault == std::errc() && end == text.data() + text.size() && columns > 0) return columns;
    }
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return unlimited;
}

}  // namespace muonscope::cli
