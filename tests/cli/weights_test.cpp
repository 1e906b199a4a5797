// `muonscope weights` as its users have it.

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/formats/files.h"
#include "core/formats/tensor_writer.h"
#include "core/linalg/spectrum.h"
#include "core/random/generator.h"
#include "core/weights/tensor_spectrum.h"
#include "tests/cli/program.h"
#include "tests/errors.h"
#include "tests/scratch_cache.h"
#include "tests/scratch_folder.h"
#include "tests/tiny_model.h"

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

class CheckpointCommands : public WeightsCommands {
  protected:
    CheckpointCommands() {
        const Outcome outcome =
            run_program({"run", "two-ways-up", "--steps", "30", "--save-weights", folder_ / "c",
                         "--weights-every", "15"});
        EXPECT_EQ(outcome.code, 0) << outcome.err;
    }
    Matrix weights_of(const std::string& file, const std::string& name) {
        const TensorFile opened(file);
        return read_matrix(opened, *opened.find(name));
    }
    std::string series_ = folder_ / "c/lane-2-muon";
};

TEST_F(CheckpointCommands, a_folder_is_a_table_of_its_checkpoints) {
    const Json json = json_of({"spectra", series_, "--select", "layers.1", "--values"});
    ASSERT_EQ(json.at("series").size(), 1u);
    const Json& points = json.at("series").at(0).at("checkpoints");
    ASSERT_EQ(points.size(), 3u);
    const Matrix start = weights_of(series_ + "/step-0.safetensors", "layers.1.weight");
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(points.at(i).at("number"), 15 * i);
        const Matrix now = weights_of(points.at(i).at("file"), "layers.1.weight");
        const Vector values = singular_values(now);
        for (Eigen::Index k = 0; k < values.size(); ++k)
            EXPECT_NEAR(points.at(i).at("values").at(k).get<double>(), values(k), 1e-12);
        EXPECT_NEAR(points.at(i).at("moved"), (now - start).norm() / start.norm(), 1e-12);
    }
    const Outcome outcome = weights({"spectra", series_});
    EXPECT_TRUE(contains(outcome.out, "3 checkpoints, singular values of 3 matrices"));
    EXPECT_TRUE(contains(outcome.out, "layers.2.weight"));
    EXPECT_EQ(weights({"spectra", series_, "--op", "layers.0:drop-top=1"}).code, 2);
    const Outcome both = weights({"spectra", folder_ / "c"});
    EXPECT_EQ(both.code, 2);
    EXPECT_TRUE(contains(both.err, "more than one series")) << both.err;
}

TEST_F(CheckpointCommands, info_of_a_folder_lists_them) {
    const Json json = json_of({"info", series_});
    ASSERT_EQ(json.at("checkpoints").size(), 3u);
    EXPECT_EQ(json.at("checkpoints").at(2).at("number"), 30);
    EXPECT_EQ(json.at("checkpoints").at(2).at("tensors"), 3);
    EXPECT_TRUE(contains(weights({"info", series_}).out, "step-15.safetensors"));
}

TEST_F(CheckpointCommands, two_files_are_held_against_one_another) {
    const std::string before = series_ + "/step-0.safetensors",
                      after = series_ + "/step-30.safetensors";
    const Json json = json_of({"compare", before, after, "--values"});
    ASSERT_EQ(json.at("matrices").size(), 3u);
    const Json& one = json.at("matrices").at(1);
    EXPECT_EQ(one.at("name"), "layers.1.weight");
    const Matrix a = weights_of(before, "layers.1.weight"),
                 b = weights_of(after, "layers.1.weight");
    EXPECT_NEAR(one.at("moved"), (b - a).norm() / a.norm(), 1e-12);
    EXPECT_NEAR(one.at("before").at("values").at(0), singular_values(a)(0), 1e-12);
    EXPECT_NEAR(one.at("after").at("values").at(0), singular_values(b)(0), 1e-12);
    EXPECT_EQ(one.at("after").at("rows"), 32);
    const Outcome outcome = weights({"compare", before, model_});
    EXPECT_TRUE(contains(outcome.out, "it has no layers.0.weight")) << outcome.out;
    EXPECT_TRUE(contains(weights({"compare", before, after, "--values"}).out, "s'/s"));
}

TEST_F(CheckpointCommands, alignment_is_that_of_the_singular_vectors) {
    const std::string file = series_ + "/step-30.safetensors";
    const Json json = json_of({"alignment", file, "layers.0", "layers.1", "--leading", "4"});
    const Matrix u = tensor_svd(weights_of(file, "layers.0.weight")).u.leftCols(4);
    const Matrix v = tensor_svd(weights_of(file, "layers.1.weight")).v.leftCols(4);
    const Matrix overlap = (v.transpose() * u).array().square();
    for (Eigen::Index i = 0; i < 4; ++i)
        for (Eigen::Index j = 0; j < 4; ++j)
            EXPECT_NEAR(json.at("overlap").at(i).at(j), overlap(i, j), 1e-12);
    EXPECT_NEAR(json.at("share"), overlap.sum() / 4, 1e-12);
    EXPECT_EQ(json.at("by_chance"), 0.125);
    const Outcome refused = weights({"alignment", model_, "blk.0.up", "blk.1.up"});
    EXPECT_EQ(refused.code, 2);
    EXPECT_TRUE(contains(refused.err, "it reads 8 numbers")) << refused.err;
}

class LanguageModel : public WeightsCommands {
  protected:
    LanguageModel() { write_tiny_model(tiny_); }
    std::string tiny_ = folder_ / "tiny.gguf";
    ScratchCache cache_;
};

TEST_F(LanguageModel, answers_as_it_is_and_edited_whatever_the_number_of_threads) {
    const std::vector<std::string> asked{"talk", tiny_,  "hello",    "--tokens",
                                         "9",    "--op", "*:noise=3"};
    auto with = [&](const std::string& workers) {
        std::vector<std::string> arguments = asked;
        arguments.insert(arguments.end(), {"--workers", workers});
        return json_of(arguments);
    };
    const Json one = with("1");
    EXPECT_EQ(one, with("3"));
    ASSERT_EQ(one.size(), 1u);
    const Json& before = one.at(0).at("before").at("tokens");
    const Json& after = one.at(0).at("after").at("tokens");
    EXPECT_EQ(before.size(), 9u);
    EXPECT_NE(before, after);
    for (const Json& token : before) {
        EXPECT_EQ(token.at("token"), token.at("best").at(0).at("token"));
        EXPECT_GE(token.at("gap").get<double>(), 0);
    }
    const Outcome outcome = weights({"talk", tiny_, "hello", "--tokens", "3"});
    EXPECT_TRUE(contains(outcome.out, "[3 tokens, cut after --tokens]")) << outcome.out;
    EXPECT_FALSE(contains(outcome.out, "edited"));
}

TEST_F(LanguageModel, the_same_seed_draws_the_same_and_another_does_not) {
    auto drawn = [&](const std::string& seed) {
        return json_of(
            {"talk", tiny_, "hello", "--tokens", "12", "--temperature", "1", "--seed", seed});
    };
    EXPECT_EQ(drawn("1"), drawn("1"));
    EXPECT_NE(drawn("1"), drawn("2"));
}

TEST_F(LanguageModel, tokens_are_its_bytes_and_control_tokens_where_they_are_meant) {
    const Json json = json_of({"tokens", tiny_, "a<|im_end|>"});
    ASSERT_EQ(json.size(), 2u);
    EXPECT_EQ(json.at(0).at("token"), 3 + 'a');
    EXPECT_EQ(json.at(1).at("token"), 2);
    EXPECT_EQ(json_of({"tokens", tiny_, "a<|im_end|>", "--plain"}).size(), 11u);
}

TEST_F(LanguageModel, vectors_are_named_by_the_tokens_that_they_read_or_write) {
    const Json json = json_of({"vectors", tiny_, "blk.1.ffn_down", "--k", "2-3", "--top", "4"});
    EXPECT_EQ(json.at("tensor"), "blk.1.ffn_down.weight");
    EXPECT_EQ(json.at("side"), "writes");
    ASSERT_EQ(json.at("vectors").size(), 2u);
    const Json& second = json.at("vectors").at(0);
    EXPECT_EQ(second.at("k"), 2);
    ASSERT_EQ(second.at("towards").size(), 4u);
    double before = 1;
    for (const Json& near : second.at("towards")) {
        const double cosine = near.at("cosine");
        EXPECT_LE(cosine, before);
        before = cosine;
    }
    EXPECT_LT(second.at("away").at(0).at("cosine").get<double>(), 0);
    const TensorFile file(tiny_);
    const Vector values = singular_values(read_matrix(file, *file.find("blk.1.ffn_down.weight")));
    EXPECT_NEAR(second.at("value").get<double>(), values(1), 1e-9);
    EXPECT_EQ(json_of({"vectors", tiny_, "blk.0.attn_q"}).at("side"), "reads");
    const Outcome outcome = weights({"vectors", tiny_, "blk.1.ffn_down"});
    EXPECT_TRUE(contains(outcome.out, "write (U through the unembedding)")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "towards")) << outcome.out;
}

TEST_F(LanguageModel, a_sweep_is_a_score_of_each_matrix_largest_first) {
    const Json sweep = json_of({"sweep", tiny_, "--edit", "drop-top=2", "--select", "blk.1"});
    ASSERT_EQ(sweep.size(), 7u);
    for (std::size_t i = 0; i < sweep.size(); ++i) {
        const std::string name = sweep.at(i).at("tensor");
        const Json score = json_of({"score", tiny_, "--op", name + ":drop-top=2"});
        EXPECT_EQ(score.at("kl"), sweep.at(i).at("kl")) << name;
        EXPECT_GT(score.at("kl").at("mean").get<double>(), 0);
        if (i > 0) {
            EXPECT_GE(sweep.at(i - 1).at("kl").at("mean"), sweep.at(i).at("kl").at("mean"));
        }
    }
    EXPECT_EQ(json_of({"score", tiny_, "--op", "*:drop-top=0"}).at("kl").at("mean"), 0);
}

TEST_F(LanguageModel, a_sweep_is_kept_and_found_again) {
    const std::vector<std::string> all{"sweep", tiny_, "--select", "blk.0"};
    const Json first = json_of(all);
    const std::filesystem::path folder = cache_.sweeps();
    ASSERT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
    const std::string kept = std::filesystem::directory_iterator(folder)->path().string();
    EXPECT_EQ(json_of(all), first);
    // What is kept is what is said, until all is asked for anew.
    const std::string name = first.at(0).at("tensor");
    Json changed = Json::parse(read_file(kept, 1U << 20U));
    changed.at("scores").at(name).at(0) = 1234.5;
    write_file(kept, changed.dump());
    EXPECT_EQ(json_of(all).at(0).at("kl").at("mean"), 1234.5);
    EXPECT_EQ(json_of({"sweep", tiny_, "--select", "blk.0", "--anew"}), first);
    EXPECT_EQ(json_of(all), first);
}

TEST_F(LanguageModel, what_it_cannot_do_is_said) {
    const std::pair<std::vector<std::string>, const char*> cases[] = {
        {{"talk", model_, "hello"}, "model.safetensors"},
        {{"talk", tiny_, "hello", "--tokens", "0"}, "--tokens"},
        {{"talk", tiny_, "hello", "--temperature", "-1"}, "--temperature"},
        {{"talk", tiny_, "hello", "--workers", "0"}, "--workers"},
        {{"talk", tiny_, "hello", "--op", "blk.9:flatten"}, "meant for no matrix"},
        {{"score", tiny_}, "no edit is given"},
        {{"score", tiny_, "--op", "*:flatten", "--text", "x"}, "less than two tokens"},
        {{"score", tiny_, "--op", "*:flatten", "--text", "xy", "--text-file", "z"}, "give one"},
        {{"sweep", tiny_, "--edit", "kep=1"}, "did you mean keep"},
        {{"vectors", tiny_, "blk.0.attn_q", "--k", "17"}, "--k"},
        {{"vectors", tiny_, "blk.0.attn_q", "--k", "3-2"}, "--k"},
        {{"vectors", tiny_, "blk.0.attn_q", "--top", "0"}, "--top"},
        {{"vectors", tiny_, "attn_q"}, "names 2 matrices"},
        {{"vectors", tiny_, "token_embd"}, "no matrix of a block"},
        {{"vectors", model_, "blk.0.up"}, "model.safetensors"},
        {{"tokens", model_, "x"}, "model.safetensors"}};
    for (const auto& [arguments, part] : cases) {
        const Outcome outcome = weights(arguments);
        EXPECT_EQ(outcome.code, 2) << part;
        EXPECT_TRUE(contains(outcome.err, part)) << part << ": " << outcome.err;
    }
}

TEST_F(WeightsCommands, bad_input_is_refused_in_a_sentence) {
    const std::pair<std::vector<std::string>, const char*> cases[] = {
        {{}, "choose one of info, spectra, compare, edit, talk"},
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
