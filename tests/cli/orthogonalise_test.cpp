// `muonscope orthogonalise` as its users have it.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/formats/files.h"
#include "core/formats/tensor_writer.h"
#include "core/linalg/engine.h"
#include "core/linalg/spectrum.h"
#include "core/random/generator.h"
#include "tests/cli/program.h"
#include "tests/errors.h"
#include "tests/scratch_folder.h"

namespace muonscope {
namespace {

using Json = nlohmann::json;

Outcome orthogonalise(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "orthogonalise");
    return run_program(arguments);
}

Json json_of(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--json", "--no-time"});
    const Outcome outcome = orthogonalise(arguments);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return Json::parse(outcome.out);
}

TEST(Orthogonalise, takes_a_tensor_of_a_model_file_and_edits_of_it) {
    const ScratchFolder folder;
    const Matrix matrix = Generator(1, Purpose::start).normal_matrix(9, 6);
    write_npy(folder / "m.npy", matrix);
    const std::string model = folder / "m.safetensors";
    write_safetensors(model, {{"blk:0.w", {9, 6}, &tensor_type("F64"), values_from(matrix)}}, {});
    const Json plain = json_of({folder / "m.npy"}), tensor = json_of({model + "#blk:0.w"});
    EXPECT_EQ(tensor["largest"], plain["largest"]);
    EXPECT_EQ(tensor["engines"], plain["engines"]);
    const Json edited = json_of({model + "#blk:0.w#edit=set=1:40"});
    EXPECT_NEAR(edited["largest"], 40, 1e-12);
    const Outcome outcome = orthogonalise({model + "#blk:0.v"});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_TRUE(contains(outcome.err, "it has no tensor 'blk:0.v'")) << outcome.err;
}

TEST(Orthogonalise, compares_every_engine_and_says_what_the_columns_are) {
    const Outcome outcome = orthogonalise({"gaussian:12x8"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    for (const EngineName& name : engine_names())
        EXPECT_TRUE(contains(outcome.out, std::string(name.label))) << name.label;
    for (const char* part :
         {"12 x 8", "slope at 0 ", "error ", "cos polar ", "cos G ", "multiply-adds ", "quartiles"})
        EXPECT_TRUE(contains(outcome.out, part)) << part;
    const Outcome help = orthogonalise({"--help"});
    for (const EngineName& name : engine_names())
        EXPECT_TRUE(contains(help.out, std::string(name.help))) << name.slug;
}

TEST(Orthogonalise, without_times_it_prints_the_same_again) {
    const std::vector<std::string> arguments{"spectrum:exponential:.8:16x24", "--no-time", "--seed",
                                             "4"};
    const Outcome first = orthogonalise(arguments);
    EXPECT_EQ(first.code, 0) << first.err;
    EXPECT_EQ(orthogonalise(arguments).out, first.out);
    EXPECT_FALSE(contains(first.out, "time"));
}

TEST(Orthogonalise, makes_the_spectra_it_is_asked_for) {
    Json json = json_of({"spectrum:3,2,.5:9x4", "--engine", "svd"});
    EXPECT_EQ(json["rows"], 9);
    EXPECT_EQ(json["cols"], 4);
    EXPECT_NEAR(json["largest"], 3, 1e-12);
    EXPECT_NEAR(json["least"], 0, 1e-12);
    json = json_of({"spectrum:power:2:5x5", "--engine", "svd"});
    EXPECT_NEAR(json["least"], 1 / 25.0, 1e-12);
    json = json_of({"spectrum:exponential:.5:3x5", "--engine", "svd"});
    EXPECT_NEAR(json["least"], .25, 1e-12);
}

TEST(Orthogonalise, its_numbers_are_those_of_the_transfer_function) {
    const Json json = json_of({"spectrum:1,.5,.1:3x6", "--engine", "jordan:3", "--engine",
                               "floored", "--floor", ".2", "--precision", "float64"});
    OrthogonaliserSpec spec;
    spec.iterations = 3;
    const double norm = std::sqrt(1 + .25 + .01);
    std::vector<double> values;
    for (double s : {1.0, .5, .1}) values.push_back(*transfer(spec, s / norm));
    std::sort(values.begin(), values.end());
    const Json& jordan = json["engines"][0];
    EXPECT_EQ(jordan["engine"], "jordan");
    EXPECT_EQ(jordan["iterations"], 3);
    EXPECT_NEAR(jordan["slope_at_zero"], 40.9, .05);
    EXPECT_NEAR(jordan["least"], values[0], 1e-6);
    EXPECT_NEAR(jordan["largest"], values[2], 1e-6);
    const Json& floored = json["engines"][1];
    EXPECT_NEAR(floored["least"], .1 / norm / .2, 1e-12);
    EXPECT_TRUE(floored["iterations"].is_null());
    EXPECT_EQ(json["engines"].size(), 2U);
}

TEST(Orthogonalise, compare_all_puts_every_other_engine_beside_the_one_named) {
    const Json json = json_of({"gaussian:6x6", "--engine", "polar_express:8", "--compare", "all"});
    EXPECT_EQ(json["engines"].size(), engine_names().size());
    EXPECT_EQ(json["engines"][0]["engine"], "polar_express");
    EXPECT_EQ(json["engines"][0]["iterations"], 8);
}

TEST(Orthogonalise, writes_the_result_and_reads_a_file) {
    const ScratchFolder folder;
    const std::string in = folder / "G.npy", out = folder / "O.npy";
    write_npy(in, Matrix::Random(7, 5));
    const Outcome outcome =
        orthogonalise({in, "--engine", "svd", "--precision", "float64", "-o", out, "--no-time"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_LT((read_npy(out) - polar_factor(read_npy(in))).norm(), 1e-12);
    EXPECT_EQ(folder.names(), (std::vector<std::string>{"G.npy", "O.npy"}));
}

TEST(Orthogonalise, says_null_where_a_polynomial_overflows) {
    const Json json = json_of({"gaussian:8x8", "--engine", "custom:20", "--custom", "5,5,5"});
    EXPECT_TRUE(json["engines"][0]["largest"].is_null());
}

TEST(Orthogonalise, refuses_what_it_cannot_use_in_one_line) {
    const ScratchFolder folder;
    write_file(folder / "bad.npy", "not an array");
    Matrix not_finite = Matrix::Ones(3, 3);
    not_finite(1, 2) = std::nan("");
    write_npy(folder / "nan.npy", not_finite);
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
        {{"gaussian:8x8", "--engine", "jordna"}, "did you mean jordan?"},
        {{"gaussian:8x8", "--engine", "xyzzy"}, "choose one of jordan, you"},
        {{"gaussian:8x8", "--engine", "jordan:0"}, "a whole number from 1 to 20"},
        {{"gaussian:8x8", "--engine", "jordan:"}, "a whole number from 1 to 20"},
        {{"gaussian:8x8", "--engine", "svd:3"}, "takes no iterations"},
        {{"gaussian:8x8", "--precision", "half"}, "choose one of float64, float32"},
        {{"gaussian:8x8", "--seed", "-1"}, "--seed"},
        {{"gaussian:8x8", "--floor", "0"}, "--floor"},
        {{"gaussian:8x8", "--power", "nan"}, "--power"},
        {{"gaussian:8x8", "--custom", "1,2"}, "three numbers"},
        {{"gaussian:8x8", "--custom", "1,2,x"}, "--custom"},
        {{"gaussian:8x8", "--compare", "some"}, "--compare all"},
        {{"gaussian:8x8", "-o", folder / "x.npy"}, "name one by --engine"},
        {{"gaussian:8x8", "--engine", "svd", "-o", folder / "none/x.npy"}, "cannot be written"},
        {{"gaussian:0x8"}, "from 1 to 4096"},
        {{"gaussian:8"}, "is not a shape"},
        {{"gaussian:99999x8"}, "from 1 to 4096"},
        {{"gausian:8x8"}, "did you mean gaussian?"},
        {{"spectrum:linear:1:8x8"}, "choose exponential or power"},
        {{"spectrum:exponential:2:8x8"}, "from 1e-06 to 1"},
        {{"spectrum:1,2,3:2x8"}, "this shape has 2"},
        {{"spectrum:1,,3:8x8"}, "'' is not allowed"},
        {{"spectrum:-1:8x8"}, "'-1' is not allowed"},
        {{"spectrum:8x8"}, "spectrum:S1,S2"},
        {{folder / "none.npy"}, "none.npy"},
        {{folder / "bad.npy"}, "is not a .npy file"},
        {{folder / "nan.npy"}, "element [1, 2] is nan"},
        {{}, "orthogonalise --help"},
    };
    for (const auto& [arguments, part] : cases) {
        const Outcome outcome = orthogonalise(arguments);
        EXPECT_EQ(outcome.code, 2) << part << outcome.out;
        EXPECT_EQ(outcome.out, "") << part;
        EXPECT_TRUE(contains(outcome.err, part)) << part << "\n" << outcome.err;
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    }
    EXPECT_EQ(folder.names(), (std::vector<std::string>{"bad.npy", "nan.npy"}));
}

// Every table of the guide is what the command above it prints.
TEST(Orthogonalise, the_guides_tables_are_its_own) {
    std::istringstream page(
        read_file(MUONSCOPE_SOURCE_DIR "/assets/guide/orthogonalisers.md", 1 << 20));
    int tables = 0;
    for (std::string line; std::getline(page, line);) {
        if (!line.starts_with("$ muonscope orthogonalise ")) continue;
        std::istringstream words(line.substr(2));
        std::vector<std::string> arguments;
        for (std::string word; words >> word;) arguments.push_back(word);
        arguments.erase(arguments.begin());
        std::string expected;
        while (std::getline(page, line) && line != "```") expected += line + "\n";
        const Outcome outcome = run_program(arguments);
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        EXPECT_EQ(outcome.out, expected);
        ++tables;
    }
    EXPECT_GE(tables, 2);
}

}  // namespace
}  // namespace muonscope
