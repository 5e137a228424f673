#include "cli/report.hpp"

#include <iostream>

#include "base/json_document.hpp"
#include "cli/print.hpp"

namespace onlan::cli {

Report::Report(std::string_view command, Format format)
    : format_(format),
      stdout_(std::cout.rdbuf()),
      document_{{"schema", "onlan/report/1"},
                {"command", command},
                {"outcome", nullptr},
                {"plan", nullptr},
                {"errors", nlohmann::json::array()}}
{
    if (format_ == Format::json)
        std::cout.rdbuf(std::cerr.rdbuf());
}

Report::~Report()
{
    std::cout.rdbuf(stdout_);
}

void Report::planned(const plan::Plan& plan)
{
    document_["plan"] = plan_to_json(plan);
}

int Report::could_not(std::span<const Error> errors)
{
    for (const Error& error : errors) {
        print_error(error);
        document_["errors"].push_back(error.message);
    }
    return kCouldNot;
}

int Report::ended(const operate::Ending& ending)
{
    switch (ending.end) {
    case operate::End::done:
        return kDone;
    case operate::End::confirmed:
        std::cout << "Confirmed: the changes stay.\n";
        return kDone;
    case operate::End::not_confirmed:
        std::cout << "Not confirmed in time: the changes were undone.\n";
        ended_as("not-confirmed");
        return kCouldNot;
    case operate::End::failed:
        break;
    }
    return could_not(ending.errors);
}

int Report::end(const Result<int>& result)
{
    const int code = result ? *result : could_not({&result.error(), 1});
    if (format_ != Format::json)
        return code;
    const bool idle = document_["plan"].is_object() && document_["plan"]["changes"].empty();
    document_["outcome"] = !outcome_.empty() ? outcome_
                           : code != kDone   ? "failed"
                           : idle            ? "nothing-to-do"
                                             : "done";
    std::cout.rdbuf(stdout_);
    std::cout << json_document_text(document_) << '\n' << std::flush;
    return code;
}

} // namespace onlan::cli
