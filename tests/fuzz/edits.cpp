// Stacks of edits in any text: refused in a sentence, or the same when written and read again, and
// done to a matrix without a fault.

#include "core/weights/edit_stack.h"
#include "tests/fuzz/tensors.h"

namespace {

using namespace muonscope;

ThinSvd small_factors() {
    const Matrix matrix{{3, 1, 0}, {0, 2, 1}, {1, 0, 1}, {0, 0, 0.5}};
    return tensor_svd(matrix);
}

void try_stack(const std::string& text) {
    const std::vector<WeightEdit> stack = stack_in(text, "edits.txt");
    const std::string written = text_of(stack);
    expect(stack_in(written, "edits.txt") == stack, "a stack is the same written and read again");
    if (stack.size() > 8) return;
    // Engines of a thousand iterations are allowed, and take their time.
    for (const WeightEdit& edit : stack)
        if (edit.kind == EditKind::orthogonalise) return;
    static const ThinSvd factors = small_factors();
    const EditedTensor done =
        edited(stack, "blk.11.ffn_down.weight", {4, 3}, factors.s, [] { return small_factors(); });
    expect(done.values.size() == 3, "as many values as before");
    expect(done.sorted().size() == 3, "in order too");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        try_stack(std::string(reinterpret_cast<const char*>(data), size));
    } catch (const Error&) {
        // Refused; what comes here is no other exception.
    }
    return 0;
}
