#include "app/cli/number_in.h"

#include <fmt/format.h>

#include <cctype>
#include <cmath>
#include <cstdlib>

#include "core/base/error.h"
#include "core/base/near_names.h"

namespace muonscope::cli {

double number_in(std::string_view typed, const std::string& where, double least, double most) {
    const std::string text(typed);
    char* end = nullptr;
    const bool begins = !text.empty() && std::isspace(static_cast<unsigned char>(text[0])) == 0;
    const double number = begins ? std::strtod(text.c_str(), &end) : std::nan("");
    if (!begins || *end != '\0' || !(number >= least && number <= most))
        throw Error(where, in_quotes(text) + " is not allowed",
                    fmt::format("give a number from {} to {}", least, most));
    return number;
}

long whole_number_in(std::string_view typed, const std::string& where, long least, long most) {
    const std::string text(typed);
    const bool digits = !text.empty() && text.size() < 16 &&
                        text.find_first_not_of("0123456789") == std::string::npos;
    const long number = digits ? std::strtol(text.c_str(), nullptr, 10) : least - 1;
    if (!digits || number < least || number > most)
        throw Error(where, in_quotes(text) + " is not allowed",
                    fmt::format("give a whole number from {} to {}", least, most));
    return number;
}

}  // namespace muonscope::cli
