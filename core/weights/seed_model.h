#pragma once

#include <string>

namespace muonscope {

// A llama of random weights with a tokeniser of single bytes, as a GGUF file: for who has no model
// at hand, and for tests. The seed says all of it. What it says means nothing. In the last block's
// ffn_down the first singular value is made `planted` times the second: one number that much hangs
// on, as in trained models. 1: left as it is drawn. Throws Error where the file cannot be written.
void write_seed_model(const std::string& path, double planted);

}  // namespace muonscope
