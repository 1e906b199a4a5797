// Study files of any text: refused in a sentence, or the same when written and read again.

#include "core/study/study_json.h"
#include "tests/fuzz/expect.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace muonscope;
    const std::string text(reinterpret_cast<const char*>(data), size);
    return try_or_refuse("any.json", sentence_with_a_list, [&] {
        const Study study = study_from_json(text, "any.json");
        expect(to_json(study_from_json(to_json(study), "any.json")) == to_json(study),
               "a study is the same written and read again");
        for (std::int64_t job = 0; job < job_count(study); job += 1 + job_count(study) / 5)
            expect(number_of_job(study, place_of_job(study, job)) == job, "a job has one place");
    });
}
