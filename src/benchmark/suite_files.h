// The layouts of suite files, and a suite as JSON for the ledger.
#pragma once

#include <string_view>

#include "base/json.h"
#include "gallop/benchmark.h"

namespace gallop::benchmark {

// As Suite::load.
Suite load_suite(const std::filesystem::path& file, const SuiteOptions& options);

// Each reads `text` into records; `where` names the file in messages.
void parse_vbench_suite(const base::Json& list, std::string_view where, Suite& suite);  // a list of {prompt_en, dimension, ...}
void parse_own_suite(const base::Json& object, std::string_view where, const SuiteOptions& options, Suite& suite);  // gallop/suite-v1
void parse_csv_suite(std::string_view text, std::string_view where, const SuiteOptions& options, Suite& suite);
void parse_text_suite(std::string_view text, std::string_view where, const SuiteOptions& options, Suite& suite);

base::Json suite_to_json(const Suite& suite);
Suite suite_from_json(const base::Json& json);  // what suite_to_json wrote

// The auxiliary payload of VBench's layout for one dimension; null when the record has no labels for it.
base::Json auxiliary_info(const SuiteRecord& record, const std::string& dimension);

}  // namespace gallop::benchmark
