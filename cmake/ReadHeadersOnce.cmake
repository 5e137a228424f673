# onlan_read_headers_once(<target>): the largest headers are read once, for the target that is named first.
function(onlan_read_headers_once target)
  get_property(first GLOBAL PROPERTY ONLAN_FIRST_READER)
  if(first)
    target_precompile_headers(${target} REUSE_FROM ${first})
  else()
    set_property(GLOBAL PROPERTY ONLAN_FIRST_READER ${target})
    target_precompile_headers(${target} PRIVATE
      <algorithm> <functional> <map> <optional> <ranges> <string> <variant> <vector>
      <fmt/format.h> <nlohmann/json.hpp> <tl/expected.hpp>)
  endif()
endfunction()
