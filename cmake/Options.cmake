# onlan_options: how our own code is compiled. Linked PRIVATE, so it never reaches a user of the libraries.
add_library(onlan_options INTERFACE)
target_compile_features(onlan_options INTERFACE cxx_std_20)
target_compile_options(onlan_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wnull-dereference -Wimplicit-fallthrough
  -fstack-protector-strong
  # A designated initialiser names what matters and leaves the rest at its default, on purpose.
  -Wno-missing-field-initializers)
target_compile_definitions(onlan_options INTERFACE _GLIBCXX_ASSERTIONS)
if(ONLAN_WERROR)
  target_compile_options(onlan_options INTERFACE -Werror)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  target_compile_definitions(onlan_options INTERFACE _FORTIFY_SOURCE=2)
  # GCC 12 sees null dereferences and overflows in inlined library code that cannot happen (GCC PR 105329, 105545).
  target_compile_options(onlan_options INTERFACE -Wno-null-dereference -Wno-restrict)
  # GCC 12's modref takes stores into a std::variant for dead, by their types, if the variant is copied before it is read
  # (-fno-ipa-modref, which clang does not know, helps as well).
  target_compile_options(onlan_options INTERFACE -fno-strict-aliasing)
endif()
add_link_options(-Wl,-z,relro,-z,now)
