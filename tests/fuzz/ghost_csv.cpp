// Tables over steps of any text: refused in a sentence, or runs whose steps ascend.

#include "core/documents/ghost_csv.h"
#include "tests/fuzz/expect.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace muonscope;
    const std::string text(reinterpret_cast<const char*>(data), size);
    return try_or_refuse("any.csv", sentence, [&] {
        const Ghost ghost = ghost_from_csv(text, "any.csv");
        expect(!ghost.lanes.empty(), "a run has lanes");
        for (const Ghost::Lane& lane : ghost.lanes)
            for (std::size_t i = 1; i < lane.history.size(); ++i)
                expect(lane.history.step(i) > lane.history.step(i - 1), "steps ascend");
    });
}
