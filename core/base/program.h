#pragma once

// What program made a result. No result depends on it.
namespace muonscope {

const char* program_version();  // "0.1.0"
// Of the sources it was built from, twelve digits, with a word if they were changed since;
// "unknown" where they came without their history.
const char* program_commit();

}  // namespace muonscope
