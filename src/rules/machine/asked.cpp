#include "rules/machine/asked.hpp"

namespace onlan::rules {
namespace {

class Reader {
public:
    [[nodiscard]] Asked asked() const { return asked_; }

    void operator()(const Compare& compare) { field(compare.field); }
    void operator()(const CompareExpression& compare) { expression(compare.left); }
    void operator()(const Contains& contains)
    {
        for (const Contains::Member& member : contains.any)
            key(member.key);
    }
    void operator()(const AnyWay& any)
    {
        for (const auto& way : any.ways) {
            for (const CompareExpression& compare : way)
                expression(compare.left);
        }
    }
    void operator()(const DecideByMap& decide) { key(decide.key); }
    void operator()(const Physdev& /*physdev*/) { asked_.finer = true; }
    void operator()(const AddressType& /*type*/) { asked_.finer = true; }
    void operator()(const ReversePath& /*path*/) { asked_.finer = true; }
    void operator()(const Maybe& /*maybe*/) { asked_.finer = true; }
    void operator()(const Presumed& /*presumed*/) { asked_.finer = true; }
    void operator()(const OtherStep& step) { std::visit(*this, step); }
    template <typename Action>
    void operator()(const Action& /*action*/)
    {}

private:
    void field(Field field)
    {
        switch (field) {
        case Field::iif:
        case Field::iifname:
        case Field::iifgroup:
        case Field::iifkind:
        case Field::ibrname:
            asked_.in = true;
            break;
        case Field::oif:
        case Field::oifname:
        case Field::oifgroup:
        case Field::oifkind:
        case Field::obrname:
            asked_.out = true;
            break;
        case Field::nfproto:
        case Field::protocol:
        case Field::ether_type:
        case Field::ip_saddr:
        case Field::ip_daddr:
        case Field::ip6_saddr:
        case Field::ip6_daddr:
        case Field::ct_state:
        case Field::ct_nat_state:
            break;
        default:
            asked_.finer = true;
        }
    }
    void expression(const Expression& expression)
    {
        if (const auto* read = std::get_if<Field>(&expression.source))
            field(*read);
        else if (!std::holds_alternative<Value>(expression.source))
            asked_.finer = true;
    }
    void key(const std::vector<Expression>& parts)
    {
        for (const Expression& part : parts)
            expression(part);
    }

    Asked asked_;
};

} // namespace

Asked asked_by(const Draft& draft)
{
    Reader reader;
    for (const auto& step : draft.steps)
        std::visit([&](const auto& kind) { reader(kind); }, step);
    return reader.asked();
}

} // namespace onlan::rules
