#include "unit/test_data.hpp"

namespace onlan {

std::string test_data(const std::string& name)
{
    return ONLAN_TEST_DATA "/" + name;
}

} // namespace onlan
