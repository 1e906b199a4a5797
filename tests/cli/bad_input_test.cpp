// What a user can get wrong: each is one line on stderr that names the thing, exit 2, and nothing
// left behind.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "core/experiment/presets.h"
#include "core/io/files.h"
#include "core/io/spec_json.h"
#include "tests/cli/program.h"
#include "tests/errors.h"
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
    expect_refusal(target(with("one.npy", "(32, 32)", "(1024,)  ")), "1 dimension");
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
    expect_refusal({"run", "two-ways-up", "--steps", "40", "--out", folder_ / "old"},
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
