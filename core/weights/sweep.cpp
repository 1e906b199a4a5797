#include "core/weights/sweep.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/program.h"
#include "core/base/progress.h"
#include "core/formats/files.h"
#include "core/formats/sha256.h"
#include "core/formats/user_folders.h"

namespace muonscope {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t longest_kept = std::size_t{64} << 20U;  // bytes

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Json number(double value) {
    return std::isfinite(value) ? Json(value) : Json();
}

double number_in(const Json& json) {
    return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

Json to_json(const TextScore& score) {
    Json json = Json::array();
    for (double value : {score.mean, score.error, score.median, score.quantile_99, score.largest,
                         score.same_top_share, score.perplexity_before, score.perplexity_after})
        json.push_back(number(value));
    for (double drift : score.drift) json.push_back(number(drift));
    return json;
}

TextScore score_in(const Json& json) {
    TextScore score;
    std::size_t at = 0;
    for (double* value :
         {&score.mean, &score.error, &score.median, &score.quantile_99, &score.largest,
          &score.same_top_share, &score.perplexity_before, &score.perplexity_after})
        *value = number_in(json.at(at++));
    for (; at < json.size(); ++at) score.drift.push_back(number_in(json[at]));
    return score;
}

}  // namespace

Work<> sweep(TalkingModel& model, SweepSpec spec, SweepOutlet outlet) {
    for (const std::string& name : spec.matrices) {
        WeightEdit edit = spec.edit;
        edit.target = name;
        std::vector<WeightEdit> stack{std::move(edit)};
        co_await model.set_edits(std::move(stack));
        if (!model.is_edited()) continue;
        TextScore score = co_await model.change(spec.tokens);
        outlet(name, std::move(score));
        co_await pause();
    }
    co_await model.set_edits({});
}

KeptSweep::KeptSweep(const std::string& file_hash, const WeightEdit& edit,
                     const std::vector<int>& tokens) {
    WeightEdit anywhere = edit;
    anywhere.target = "*";
    Json key{program_version(), program_commit(), file_hash, text_of(anywhere), tokens};
    Sha256 hash;
    hash.add(bytes_of(key.dump()));
    path_ = (cache_folder() / "sweeps" / (hash.finish().substr(0, 32) + ".json")).string();
}

std::map<std::string, TextScore> KeptSweep::load() const {
    std::map<std::string, TextScore> scores;
    try {
        if (!std::filesystem::exists(path_)) return scores;
        const Json json = Json::parse(read_file(path_, longest_kept));
        for (const auto& [name, score] : json.at("scores").items()) scores[name] = score_in(score);
    } catch (const std::exception&) {
        scores.clear();  // what is kept here can be had again
    }
    return scores;
}

void KeptSweep::save(const std::map<std::string, TextScore>& scores) const {
    Json json{{"scores", Json::object()}};
    for (const auto& [name, score] : scores) json["scores"][name] = to_json(score);
    make_folder(std::filesystem::path(path_).parent_path(), "XDG_CACHE_HOME");
    write_file(path_, json.dump());
}

Work<std::string> hash_of(const TensorFile& file) {
    constexpr std::size_t part = std::size_t{1} << 20U;
    Sha256 hash;
    for (std::size_t at = 0; at < file.contents().size(); at += part) {
        hash.add(bytes_of(file.contents().substr(at, part)));
        file.let_go(at, part);
        work_point();
        co_await pause();
    }
    co_return hash.finish();
}

}  // namespace muonscope
