#include <cstdint>

#include "formats/paste.hpp"
#include "model/snapshot_json.hpp"
#include "simulate/question.hpp"

// Whatever somebody pastes is a snapshot, which can be written and read again, and a question about
// it is answered or refused.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace onlan;
    const formats::PastedText pasted{
        .name = {}, .text = std::string(reinterpret_cast<const char*>(data), size)};
    const formats::Pasted read = formats::read_paste({&pasted, 1});
    if (read.snapshot.namespaces.empty() ||
        !model::snapshot_from_json(model::snapshot_to_json(read.snapshot)))
        __builtin_trap();
    const auto target = simulate::Target::parse("192.168.1.50:8080");
    if (const auto question = simulate::Question::pose(read.snapshot, "host", *target))
        (void)simulate::explain(question->world(), question->flow());
    return 0;
}
