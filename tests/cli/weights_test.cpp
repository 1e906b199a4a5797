// `muonscope weights` as its users have it.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "core/formats/files.h"
#include "core/formats/tensor_writer.h"
#include "core/linalg/spectrum.h"
#include "core/random/generator.h"
#include "core/weights/tensor_spectrum.h"
#include "tests/cli/program.h"
#include "tests/errors.h"
#include "tests/scratch_folder.h"

namespace muonscope {
namespace {

using Json = nlohmann::json;

class WeightsCommands : public testing::Test {
  protected:
    WeightsCommands() {
        Generator generator(3, Purpose::lab);
        const TensorType& type = tensor_type("F32");
        std::vector<WrittenTensor> tensors;
        for (int block = 0; block < 3; ++block)
            for (const char* kind : {"up", "down"}) {
                matrices_.push_back(generator.normal_matrix(12, 8).cast<float>().cast<double>());
                names_.push_back("blk." + std::to_string(block) + "." + kind + ".weight");
            }
        for (std::size_t i = 0; i < names_.size(); ++i)
            tensors.push_back({names_[i], {12, 8}, &type, values_from(matrices_[i])});
        bias_ = Matrix::Ones(1, 12);
        tensors.push_back({"blk.0.up.bias", {12}, &type, values_from(bias_)});
        write_safetensors(model_, tensors, {});
    }

    Outcome weights(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "weights");
        return run_program(arguments);
    }
    Json json_of(std::vector<std::string> arguments) {
        arguments.emplace_back("--json");
        const Outcome outcome = weights(arguments);
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        return Json::parse(outcome.out);
    }

    ScratchFolder folder_;
    std::string model_ = folder_ / "model.safetensors";
    std::vector<Matrix> matrices_;
    std::vector<std::string> names_;
    Matrix bias_;
};

TEST_F(WeightsCommands, info_lists_what_the_file_holds) {
    const Json json = json_of({"info", model_});
    ASSERT_EQ(json.at("tensors").size(), 7u);
    EXPECT_EQ(json.at("tensors").at(0).at("name"), names_[0]);
    EXPECT_EQ(json.at("tensors").at(0).at("shape"), (Json{12, 8}));
    EXPECT_EQ(json.at("values"), 6 * 96 + 12);
    const Outcome outcome = weights({"info", model_});
    EXPECT_TRUE(contains(outcome.out, "7 F32"));
    EXPECT_TRUE(contains(outcome.out, "blk.2.down.weight"));
}

TEST_F(WeightsCommands, spectra_are_those_of_the_matrices) {
    const Json json = json_of({"spectra", model_, "--values"});
    ASSERT_EQ(json.at("spectra").size(), 6u);
    for (std::size_t i = 0; i < 6; ++i) {
        const Json& one = json.at("spectra").at(i);
        EXPECT_EQ(one.at("name"), names_[i]);
        const Vector values = singular_values(matrices_[i]);
        for (Eigen::Index k = 0; k < 8; ++k)
            EXPECT_NEAR(one.at("values").at(k).get<double>(), values(k), 1e-10);
        EXPECT_NEAR(one.at("stable_rank"), values.squaredNorm() / (values(0) * values(0)), 1e-10);
    }
    EXPECT_EQ(json.at("skipped").at(0).at("name"), "blk.0.up.bias");
    const Outcome outcome = weights({"spectra", model_, "--select", "up"});
    EXPECT_TRUE(contains(outcome.out, "singular values of 3 matrices"));
    EXPECT_TRUE(contains(outcome.out, "Left out: blk.0.up.bias"));
    EXPECT_FALSE(contains(outcome.out, "down"));
}

TEST_F(WeightsCommands, edits_of_spectra_and_of_files_come_to_the_same) {
    const std::vector<std::string> ops{"--op", "blk.0-1.up:drop-top=2", "--op", "down:power=.5"};
    std::vector<std::string> arguments{"spectra", model_, "--values"};
    arguments.insert(arguments.end(), ops.begin(), ops.end());
    const Json expected = json_of(arguments);
    const std::string edited = folder_ / "edited.safetensors";
    arguments = {"edit", model_, "-o", edited, "--type", "F64"};
    arguments.insert(arguments.end(), ops.begin(), ops.end());
    const Json report = json_of(arguments);
    EXPECT_EQ(report.at("edits").size(), 5u);
    EXPECT_EQ(report.at("edits").at(0).at("changed"), 2);
    const TensorFile file(edited);
    for (std::size_t i = 0; i < 6; ++i) {
        const Json& one = expected.at("spectra").at(i);
        EXPECT_EQ(one.at("edited"), i != 4);  // blk.2.up alone is nobody's
        const Vector values = singular_values(read_matrix(file, *file.find(names_[i])));
        for (Eigen::Index k = 0; k < 8; ++k)
            EXPECT_NEAR(one.at("values").at(k).get<double>(), values(k), 1e-10) << i;
    }
}

TEST_F(WeightsCommands, a_stack_file_stands_before_what_is_typed) {
    write_file(folder_ / "edits.txt", "up:set=1:0  # first\n");
    const Json json =
        json_of({"spectra", model_, "--stack", folder_ / "edits.txt", "--op", "up:set=1:0"});
    EXPECT_EQ(json.at("edits").size(), 2u);
    const Vector values = singular_values(matrices_[0]);
    EXPECT_NEAR(json.at("spectra").at(0).at("largest"), values(2), 1e-10);
}

TEST_F(WeightsCommands, bad_input_is_refused_in_a_sentence) {
    const std::pair<std::vector<std::string>, const char*> cases[] = {
        {{}, "choose one of info, spectra, edit"},
        {{"spectr", model_}, "did you mean spectra"},
        {{"info"}, "file is required"},
        {{"info", folder_ / "none.gguf"}, "No such file"},
        {{"spectra", model_, "--select", "blk.7"}, "names no tensor"},
        {{"spectra", model_, "--select", ""}, "--select"},
        {{"spectra", model_, "--op", "up:kep=1"}, "did you mean keep"},
        {{"spectra", model_, "--op", "bias:keep=1"}, "meant for no matrix"},
        {{"spectra", model_, "--stack", folder_ / "none.txt"}, "none.txt"},
        {{"edit", model_, "-o", folder_ / "x.gguf"}, "no edit is given"},
        {{"edit", model_, "--op", "up:keep=1"}, "--output"},
        {{"edit", model_, "--op", "up:keep=1", "-o", folder_ / "x.bin"}, ".safetensors"},
        {{"edit", model_, "--op", "up:keep=1", "-o", folder_ / "x.gguf", "--type", "F8"}, "F16"}};
    for (const auto& [arguments, part] : cases) {
        const Outcome outcome = weights(arguments);
        EXPECT_EQ(outcome.code, 2);
        EXPECT_TRUE(contains(outcome.err, part)) << part << ": " << outcome.err;
    }
    EXPECT_EQ(folder_.names().size(), 1u);  // nothing was written
}

}  // namespace
}  // namespace muonscope
