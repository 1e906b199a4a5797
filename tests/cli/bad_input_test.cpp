// What a user can get wrong: each is one line on stderr that names the thing, exit 2, and nothing
// left behind.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <regex>

#include "core/documents/spec_json.h"
#include "core/experiment/presets.h"
#include "core/formats/files.h"
#include "tests/cli/program.h"
#include "tests/errors.h"
#include "tests/sanitized.h"
#include "tests/scratch_folder.h"

namespace muonscope {
namespace {

using Arguments = std::vector<std::string>;

class BadInput : public testing::Test {
  protected:
    // Short runs: what is refused late must still be refused.
    Arguments run(const Arguments& more) const {
        Arguments arguments{"run", "two-ways-up", "--steps", "2"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    }
    void expect_refusal(const Arguments& arguments, const std::string& part,
                        const std::function<void()>& in_child = {}) {
        const Outcome outcome = run_program(arguments, in_child);
        EXPECT_EQ(outcome.code, 2) << outcome.err;
        EXPECT_EQ(outcome.out, "");
        EXPECT_TRUE(outcome.err.starts_with("muonscope: ")) << outcome.err;
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
        EXPECT_TRUE(contains(outcome.err, part)) << outcome.err;
    }
    std::string file(const std::string& name, const std::string& text) {
        write_file(folder_ / name, text);
        return folder_ / name;
    }
    ScratchFolder folder_;
};

TEST_F(BadInput, an_unknown_key) {
    expect_refusal(run({"--set", "network.widht=8"}), "did you mean network.width");
    expect_refusal(run({"--set", "nonsense"}), "'nonsense': this is not key=value");
    expect_refusal(run({"--set", "=3"}), "this is not key=value");
}

TEST_F(BadInput, a_value_out_of_range) {
    expect_refusal(run({"--set", "optimizer.lr=-1"}),
                   "optimizer.lr: -1 is not allowed; give a number from 0 to 100");
    expect_refusal(run({"--set", "network.depth=17"}), "network.depth: 17");
}

TEST_F(BadInput, a_width_of_zero) {
    expect_refusal(run({"--set", "network.width=0"}), "network.width: 0");
    expect_refusal(run({"--set", "network.widths=8,0,8"}), "network.widths: '0'");
    std::string text = to_json(presets().front());
    text.replace(text.find("\"width\": 32"), 11, "\"width\": 0");
    const std::string path = file("zero.json", text);
    expect_refusal({"run", path}, path + ": experiment.network.width: 0");
}

TEST_F(BadInput, what_is_not_a_number) {
    expect_refusal(run({"--set", "optimizer.lr=fast"}), "optimizer.lr: 'fast'");
    expect_refusal(run({"--seed", "x"}), "seed: 'x'");
    expect_refusal(run({"--steps", "many"}), "--steps");
    expect_refusal({"run", "two-ways-up", "--steps", "many"}, "--steps: 'many'");
    expect_refusal(run({"--workers", "0"}), "--workers: 0");
    expect_refusal(run({"--until", "loss<=small"}), "'small' is not a finite number");
}

TEST_F(BadInput, a_number_that_is_not_finite) {
    for (const char* number : {"nan", "inf", "-inf", "1e999"})
        expect_refusal(run({"--set", std::string("optimizer.lr=") + number}), "optimizer.lr: ");
    expect_refusal(run({"--until", "loss<=nan"}), "'nan' is not a finite number");
}

TEST_F(BadInput, a_level_that_this_processor_has_not) {
    const auto wish = [] { setenv("MUONSCOPE_LEVEL", "avx1024", 1); };
    expect_refusal(run({}),
                   "MUONSCOPE_LEVEL: \"avx1024\" is not a level of this processor; it has ", wish);
    expect_refusal({"presets"}, "leave it unset for the highest", wish);
}

TEST_F(BadInput, malformed_json) {
    const std::string path = file("bad.json", "{\n  \"version\": 1,\n  \"lanes\" []\n}\n");
    expect_refusal({"run", path}, path + ": line 3, column 11");
    expect_refusal({path}, path + ": line 3, column 11");
    expect_refusal({"run", file("empty.json", "")}, "line 1, column 1");
}

TEST_F(BadInput, a_gigabyte_of_json) {
    const std::string path = file("big.json", "{");
    ASSERT_EQ(::truncate(path.c_str(), off_t{1} << 30), 0);
    expect_refusal({"run", path}, "big.json': holds 1073741824 bytes");
    expect_refusal({"replay", path}, "big.json': holds 1073741824 bytes");
}

TEST_F(BadInput, a_session_file_that_is_none) {
    expect_refusal({"replay", folder_ / "none.json"}, "No such file");
    expect_refusal({"replay", file("bad.json", "{")}, "");
    expect_refusal({"replay", file("spec.json", to_json(presets().front()))}, "");
}

TEST_F(BadInput, an_npy_file_that_does_not_fit) {
    const auto target = [&](const std::string& path) {
        return run({"--set", "target.kind=file", "--set", "target.file=" + path});
    };
    write_npy(folder_ / "shape.npy", Matrix::Ones(3, 5));
    expect_refusal(target(folder_ / "shape.npy"), "shape.npy");

    write_npy(folder_ / "good.npy", Matrix::Ones(32, 32));
    const std::string good = read_file(folder_ / "good.npy", 1 << 20);
    const auto with = [&](const std::string& name, const std::string& from, const std::string& to) {
        std::string bytes = good;
        bytes.replace(bytes.find(from), from.size(), to);
        return file(name, bytes);
    };
    expect_refusal(target(with("type.npy", "<f8", "<i8")), "'<i8'");
    expect_refusal(target(with("order.npy", "<f8", ">f8")), "big endian");
    expect_refusal(target(with("one.npy", "(32, 32)", "(1024,) ")), "1 dimension");
    expect_refusal(target(file("short.npy", good.substr(0, good.size() - 8))), "truncated");
    expect_refusal(target(folder_ / "none.npy"), "none.npy': cannot be read (No such file");
    expect_refusal(run({"--set", "target.kind=file"}), "target.file");
    EXPECT_EQ(run_program(target(folder_ / "good.npy")).code, 0);

    expect_refusal(run({"--set", "init.kind=files", "--set",
                        "init.files=" + (folder_ / "shape.npy") + "," + (folder_ / "good.npy") +
                            "," + (folder_ / "good.npy")}),
                   "shape.npy");
}

TEST_F(BadInput, an_output_folder_that_cannot_be_written_before_anything_is_trained) {
    // A billion steps would take hours: the refusal comes first.
    const auto hours = [&](const std::string& out) {
        return Arguments{"run", "two-ways-up", "--steps", "1e9", "--out", out};
    };
    const std::string path = file("file", "x");
    expect_refusal(hours(path), "--out '" + path + "': cannot be written to (Not a directory)");
    expect_refusal(hours(path + "/below"), "Not a directory");
    expect_refusal(hours("/proc/muonscope"), "--out '/proc/muonscope'");
    if (::geteuid() != 0) {
        std::filesystem::create_directory(folder_ / "closed");
        ::chmod((folder_ / "closed").c_str(), 0555);
        expect_refusal(hours(folder_ / "closed"), "Permission denied");
        ::chmod((folder_ / "closed").c_str(), 0755);
    }
    EXPECT_EQ(read_file(path, 10), "x");
}

TEST_F(BadInput, a_full_disk_leaves_nothing_half_written) {
    const auto few_bytes = [] {
        const rlimit limit{20000, 20000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    };
    // history.csv is larger than that, summary.json is not.
    expect_refusal({"run", "two-ways-up", "--steps", "40", "--out", folder_ / "new/deep"},
                   "history.csv': cannot be written (File too large)", few_bytes);
    EXPECT_EQ(folder_.names(), std::vector<std::string>{});

    std::filesystem::create_directory(folder_ / "old");
    write_file(folder_ / "old/summary.json", "older");
    expect_refusal({"run", "two-ways-up", "--steps", "40", "--out", folder_ / "old", "--force"},
                   "cannot be written", few_bytes);
    EXPECT_EQ(folder_.names(), (std::vector<std::string>{"old", "old/summary.json"}));
    EXPECT_EQ(read_file(folder_ / "old/summary.json", 10), "older");
}

TEST_F(BadInput, standard_output_on_a_full_disk) {
    const Outcome outcome = run_program({"params"}, [] {
        const int full = ::open("/dev/full", O_WRONLY);
        ::dup2(full, 1);
    });
    EXPECT_EQ(outcome.code, 2);
    EXPECT_TRUE(contains(outcome.err, "muonscope: standard output: cannot be written"))
        << outcome.err;
}

TEST_F(BadInput, an_unknown_preset) {
    expect_refusal({"run", "two-ways-ip"}, "did you mean two-ways-up?");
    expect_refusal({"run", "xyzzy"}, "'xyzzy': is neither a preset nor an existing file");
    expect_refusal({"--preset", "xyzzy"}, "the presets are two-ways-up, staged");
    expect_refusal({"xyzzy.json"}, "'xyzzy.json'");
    expect_refusal({"run", folder_.path()}, "is a folder");
}

TEST_F(BadInput, a_command_or_an_option_that_does_not_exist) {
    expect_refusal({"rnu", "staged"}, "'rnu' is not a command; did you mean run?");
    expect_refusal({"--bogus"}, "--bogus");
    expect_refusal({"run", "two-ways-up", "--bogus"}, "`muonscope run --help`");
    expect_refusal({"run"}, "muonscope run --help");
    expect_refusal({"replay"}, "muonscope replay --help");
    expect_refusal({"run", "two-ways-up", "--set"}, "--set");
    expect_refusal({"run", "two-ways-up", "staged"}, "staged");
    expect_refusal(run({"--until", "los<=1"}), "did you mean loss?");
    expect_refusal(run({"--until", "loss>=1"}), "not column<=value");
}

// ---- every option of every command ----

struct Command {
    Arguments complete;  // what makes it run, unless something is added
    std::vector<std::string> with_value, flags;
};

// As its own help lists them.
Command command_of(const Arguments& complete, const Arguments& name) {
    Command command{complete, {}, {}};
    Arguments help = name;
    help.push_back("--help");
    const std::string text = run_program(help).out;
    const std::regex line("\\n  (?:-\\w,)?(--[a-z-]+)( (?!Needs:)(?:[A-Z][^ ]*|all))?");
    for (std::sregex_iterator found(text.begin(), text.end(), line), end; found != end; ++found) {
        const std::string option = (*found)[1];
        if (option == "--help" || option == "--version") continue;
        ((*found)[2].matched ? command.with_value : command.flags).push_back(option);
    }
    return command;
}

std::vector<Command> all_commands(const std::string& folder) {
    return {
        command_of({}, {}),
        command_of({"run", "two-ways-up"}, {"run"}),
        command_of({"replay", "session.json"}, {"replay"}),
        command_of({"render", "two-ways-up", "--steps", "1", "-o", folder + "/x.png"}, {"render"}),
        command_of({"reproduce", "ce"}, {"reproduce"}),
        command_of({"sweep"}, {"sweep"}),
        command_of({"orthogonalise", "gaussian:4x4"}, {"orthogonalise"}),
        command_of({"params"}, {"params"}),
        command_of({"presets"}, {"presets"})};
}

TEST_F(BadInput, an_option_without_its_word_or_with_an_empty_one_or_twice) {
    std::size_t options = 0;
    for (const Command& command : all_commands(folder_.path())) {
        const auto with = [&](const Arguments& more) {
            Arguments arguments = command.complete;
            // What stands there already may stand once.
            for (std::size_t i = 0; i + 1 < arguments.size(); ++i)
                if (arguments[i] == more[0] || (arguments[i] == "-o" && more[0] == "--output"))
                    arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(i),
                                    arguments.begin() + static_cast<std::ptrdiff_t>(i) + 2);
            arguments.insert(arguments.end(), more.begin(), more.end());
            return arguments;
        };
        for (const std::string& option : command.with_value) {
            ++options;
            expect_refusal(with({option, ""}), option + ": is empty; give ");
            expect_refusal(with({option + "=", "1"}), option + "=: is empty");
            expect_refusal(with({option}), option);
            const bool repeats = option == "--set" || option == "--until" || option == "--engine" ||
                                 option == "--choose" || option == "--present";
            if (!repeats) expect_refusal(with({option, "1", option, "2"}), option + ": is given 2");
        }
    }
    EXPECT_GT(options, 35u);  // or the help is read wrongly
    EXPECT_EQ(folder_.names(), std::vector<std::string>{});
}

TEST_F(BadInput, an_option_with_a_letter_too_few_is_guessed) {
    std::size_t guessed = 0;
    for (const Command& command : all_commands(folder_.path())) {
        std::vector<std::string> options = command.with_value;
        options.insert(options.end(), command.flags.begin(), command.flags.end());
        for (const std::string& option : options) {
            const std::string typed = option.substr(0, option.size() - 1);
            if (std::find(options.begin(), options.end(), typed) != options.end()) continue;
            Arguments arguments = command.complete;
            arguments.push_back(typed);
            const Outcome outcome = run_program(arguments);
            EXPECT_EQ(outcome.code, 2);
            EXPECT_TRUE(contains(outcome.err, "'" + typed + "' is not an option of `muonscope"))
                << outcome.err;
            EXPECT_TRUE(contains(outcome.err, "did you mean")) << outcome.err;
            EXPECT_TRUE(contains(outcome.err, option)) << outcome.err;
            ++guessed;
        }
    }
    EXPECT_GT(guessed, 40u);
}

TEST_F(BadInput, each_wrong_word_in_one_line) {
    const std::string spec = file("spec.json", to_json(presets().front()));
    const std::string x = folder_ / "x", missing = folder_ / "missing/x";
    std::filesystem::create_directory(folder_ / "folder");
    const struct {
        Arguments arguments;
        std::string says;
    } table[] = {
        {{"run", ""}, "spec: is empty"},
        {{""}, "spec: is empty"},
        {{"replay", ""}, "file: is empty"},
        {{"render", "", "--steps", "1", "-o", x + ".png"}, "spec: is empty"},
        {{"orthogonalise", ""}, "matrix: is empty"},
        {{"reproduce", ""}, "experiments: is empty"},
        {{"run", "two-ways-up", "--step", "5"}, "did you mean --steps"},
        {{"render", "two-ways-up", "--step", "5", "-o", x + ".png"}, "did you mean --steps"},
        {{"sweep", "--seed", "5"}, "did you mean --seeds"},
        {{"run", "two-ways-up", "--panel", x}, "it is one of `muonscope render`"},
        {{"run", "two-ways-up", "--json", x}, x},
        {{"run", "two-ways-up", "--json", "--quiet"}, "leave one of them out"},
        {{"--out", x, "run", "two-ways-up"}, "'--out' is not an option of `muonscope run`"},
        {{"--scale", "2", "run", "two-ways-up"}, "--scale: stands before the command run"},
        {{"two-ways-up", "run", "staged"}, "'two-ways-up': stands before the command run"},
        {{"--preset", "staged", "two-ways-up"}, "excludes"},
        {{"run", "two-ways-up", "--weights-every", "5"}, "--weights-every: no folder is named"},
        {{"run", "two-ways-up", "--force"}, "--force: no folder is named"},
        {{"presets", "more"}, "more"},
        {{"params", "more"}, "more"},
        {{"run", "two-ways-up", "--steps", "5k"}, "--steps: '5k' is not allowed"},
        {{"run", "two-ways-up", "--steps", "-1"}, "--steps: -1 is not allowed"},
        {{"run", "two-ways-up", "--steps", "1.5"}, "--steps: 1.5 is not allowed"},
        {{"run", "two-ways-up", "--steps", "2e12"}, "from 0 to 1000000000000"},
        {{"run", "two-ways-up", "--seed", "-1"}, "from 0 to 9007199254740992"},
        {{"run", "two-ways-up", "--seed", "9007199254740993"}, "from 0 to 9007199254740992"},
        {{"run", "two-ways-up", "--seed", "1.5"}, "seed: 1.5"},
        {{"reproduce", "ce", "--seed", "2147483648"}, "from 0 to 2147483647"},
        {{"reproduce", "ce", "--seed", "-1"}, "--seed: '-1' is not allowed"},
        {{"orthogonalise", "gaussian:4x4", "--seed", "1000000000000000"}, "--seed"},
        {{"sweep", "--seeds", "0"}, "--seeds: '0' is not allowed; give a whole number from 1"},
        {{"sweep", "--seeds", "1001"}, "to 1000"},
        {{"sweep", "--budget", "lots"}, "choose one of fixed, distance, loss"},
        {{"run", "two-ways-up", "--workers", "257"}, "--workers: 257"},
        {{"run", "two-ways-up", "--workers", "two"}, "--workers: 'two'"},
        {{"run", "two-ways-up", "--set", "optimizer.lr=5%%"}, "optimizer.lr: '5%%'"},
        {{"run", "two-ways-up", "--set", "optimizer.lr="}, "optimizer.lr: ''"},
        {{"run", "two-ways-up", "--set", "optimizer.lr"}, "this is not key=value"},
        {{"run", "two-ways-up", "--until", "loss<="}, "'' is not a finite number"},
        {{"run", "two-ways-up", "--until", "<=1"}, "no column ''"},
        {{"--scale", "1.5x"}, "--scale: '1.5x'"},
        {{"--size", "1600x900px"}, "--size: '1600x900px'"},
        {{"--state-file", missing}, "--state-file '" + missing + "': cannot be written"},
        {{"--state-file", folder_ / "folder"}, "is a folder"},
        {{"render", "two-ways-up", "--steps", "1e9", "-o", x + ".jpg"}, "does not end in .png"},
        {{"render", "two-ways-up", "--steps", "1e9", "-o", x}, "does not end in .png"},
        {{"render", "two-ways-up", "--steps", "1e9", "-o", missing + ".png"}, "cannot be written"},
#if MUONSCOPE_GUI
        {{"render", "two-ways-up", "--steps", "1", "-o", x + ".png", "--panel", "los"}, "--panel"},
        {{"render", "two-ways-up", "--steps", "1", "-o", x + ".png", "--choose", "dark"},
         "give NAME=VALUE"},
        {{"render", "two-ways-up", "--steps", "1", "-o", x + ".png", "--looks", "0"}, "--looks"},
        {{"render", "two-ways-up", "--steps", "1", "-o", x + ".png", "--at", "2"}, "--at"},
        {{"render", "two-ways-up", "--steps", "1", "-o", x + ".png", "--present", "loss,los"},
         "--present"},
#endif
        {{"orthogonalise", "gaussian:4x4", "--engine", "svd", "-o", x + ".txt"},
         "does not end in .npy"},
        {{"orthogonalise", "gaussian:4x4", "--engine", "svd", "-o", missing + ".npy"},
         "cannot be written"},
        {{"orthogonalise", "gaussian:4x4", "--engine", "jordan:0"}, "from 1 to 20"},
        {{"orthogonalise", "gaussian:4x4", "--compare", "some"}, "write --compare all"},
        {{"orthogonalise", "gaussian:4x4", "--custom", "1,2"}, "is not three numbers"},
        {{"orthogonalise", "gaussian:0x4"}, "from 1 to 4096"},
        {{"orthogonalise", "gausian:4x4"}, "did you mean gaussian"},
        {{"orthogonalise", x}, "cannot be read (No such file"},
        {{"reproduce", "stagd"}, "did you mean staged"},
        {{"reproduce", "ce", "--json", missing}, "cannot be written (No such file"},
        {{"reproduce", "ce", "--json", folder_ / "folder"}, "is a folder"},
        {{"sweep", "--json", missing}, "cannot be written"},
        {{"replay", spec}, "is a spec, not a session file; train it with `muonscope run " + spec},
        {{"replay", folder_ / "folder"}, "is a folder"},
    };
    for (const auto& [arguments, says] : table) expect_refusal(arguments, says);
    EXPECT_FALSE(std::filesystem::exists(x));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "missing"));
}

TEST_F(BadInput, a_session_file_where_a_spec_belongs_says_what_to_type) {
    ASSERT_EQ(run_program({"run", "two-ways-up", "--steps", "1", "--out", folder_ / "it's"}).code,
              0);
    const std::string session = folder_ / "it's/session.json";
    expect_refusal({"render", session, "--steps", "1", "-o", folder_ / "a.png"},
                   "type `muonscope replay '" + folder_.path() + "/it'\\''s/session.json'`");
}

// ---- what the machine does not give ----

TEST_F(BadInput, a_current_folder_that_is_gone) {
    const auto gone = [&] {
        const std::string place = folder_ / "gone";
        if (::mkdir(place.c_str(), 0700) != 0 || ::chdir(place.c_str()) != 0 ||
            ::rmdir(place.c_str()) != 0)
            ::_exit(126);
    };
    expect_refusal(run({"--out", "results"}), "--out 'results': cannot be written to (No such file",
                   gone);
    expect_refusal({"reproduce", "all", "--json", "figures.json"}, "cannot be written (No such",
                   gone);
    expect_refusal({"run", "spec.json"}, "is neither a preset nor an existing file", gone);
}

TEST_F(BadInput, no_further_thread) {
    if (sanitized) GTEST_SKIP() << "a sanitizer needs the address space";
    // A thread's stack is then larger than what there is.
    const auto none = [] {
        const rlimit stack{rlim_t{8} << 30, rlim_t{8} << 30}, all{rlim_t{4} << 30, rlim_t{4} << 30};
        ::setrlimit(RLIMIT_STACK, &stack);
        ::setrlimit(RLIMIT_AS, &all);
    };
    const Outcome alone = run_program(run({"--workers", "4"}), none);
    EXPECT_EQ(alone.code, 0) << alone.err;  // the one thread that there is does it all
    const Outcome figures = run_program({"reproduce", "ce"}, none);
    EXPECT_EQ(figures.code, 0) << figures.err;
    EXPECT_TRUE(contains(figures.out, "10 of 10 figures as published")) << figures.out;
    EXPECT_TRUE(contains(figures.out, " s on 1 thread\n")) << figures.out;
}

TEST_F(BadInput, no_further_descriptor) {
    if (sanitized) GTEST_SKIP() << "a sanitizer opens descriptors to look at memory";
    const auto few = [] {
        for (int inherited = 3; inherited < 256; ++inherited) ::close(inherited);
        const rlimit limit{4, 4};
        ::setrlimit(RLIMIT_NOFILE, &limit);
    };
    expect_refusal(run({"--out", folder_ / "new"}), "raise the limit of open files (ulimit -n)",
                   few);
    EXPECT_EQ(folder_.names(), std::vector<std::string>{});
}

TEST_F(BadInput, too_little_memory) {
    if (sanitized) GTEST_SKIP() << "a sanitizer needs the address space";
    const auto little = [] {
        const rlimit limit{rlim_t{150} << 20, rlim_t{150} << 20};
        ::setrlimit(RLIMIT_AS, &limit);
    };
    expect_refusal({"orthogonalise", "gaussian:4096x4096"}, "memory: there is not enough for this",
                   little);
}

TEST_F(BadInput, a_reader_that_has_gone) {
    const auto nobody = [] {
        std::array<int, 2> pipe{};
        if (::pipe(pipe.data()) != 0) ::_exit(126);
        ::dup2(pipe[1], 1);
        ::close(pipe[0]);
        ::close(pipe[1]);
        ::signal(SIGPIPE, SIG_IGN);
    };
    const Outcome outcome = run_program({"params"}, nobody);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_EQ(outcome.err,
              "muonscope: standard output: its reader has gone; let it read to the "
              "end\n");
    // Results are written before anything is printed.
    EXPECT_EQ(run_program(run({"--out", folder_ / "a"}), nobody).code, 2);
    EXPECT_TRUE(std::filesystem::exists(folder_ / "a/summary.json"));
}

TEST_F(BadInput, a_window_that_cannot_be_opened_so) {
    expect_refusal({"--size", "10x10"}, "--size: '10x10'");
    expect_refusal({"--scale", "9"}, "--scale: 9");
    expect_refusal({"two-ways-up", "--theme", "blue"}, "--theme: 'blue'");
}

TEST_F(BadInput, a_picture_that_cannot_be_drawn) {
    const auto render = [&](const Arguments& more) {
        Arguments arguments{"render", "two-ways-up", "-o", folder_ / "x.png"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    };
    expect_refusal(render({}), "--steps");
    expect_refusal({"render", "two-ways-up", "--steps", "1"}, "--output");
    expect_refusal(render({"--steps", "-1"}), "--steps: -1");
    expect_refusal(render({"--steps", "1", "--size", "10x10"}), "--size: '10x10'");
    expect_refusal(render({"--steps", "1", "--size", "1600"}), "--size: '1600'");
    expect_refusal(render({"--steps", "1", "--size", "1600x900x3"}), "--size");
    expect_refusal(render({"--steps", "1", "--scale", "0"}), "--scale: 0");
    expect_refusal(render({"--steps", "1", "--theme", "blue"}), "--theme: 'blue'");
    EXPECT_EQ(folder_.names(), std::vector<std::string>{});
}

}  // namespace
}  // namespace muonscope
