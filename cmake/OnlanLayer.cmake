# onlan_layer(<name> SOURCES <file>... [USES <lower layer>...] [FOLDERS <"folder: folder it may include...">...]
#             [LIBRARIES <target>...])
#
# One library per folder of src/. USES is the whole list of layers it may include, FOLDERS the whole list of the folders
# inside it and of what each may include beside the layer's own headers; tests/check_layers.py reads both back and fails on
# any other #include "folder/...".
function(onlan_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;USES;FOLDERS;LIBRARIES")
  list(TRANSFORM arg_SOURCES PREPEND "${name}/")
  add_library(onlan_${name} STATIC ${arg_SOURCES})
  add_library(onlan::${name} ALIAS onlan_${name})
  target_include_directories(onlan_${name} PUBLIC "${PROJECT_SOURCE_DIR}/src")
  list(TRANSFORM arg_USES PREPEND "onlan::")
  target_link_libraries(onlan_${name} PUBLIC ${arg_USES} ${arg_LIBRARIES} PRIVATE onlan_options)
  string(REPLACE "onlan::" "" uses "${arg_USES}")
  list(JOIN uses " " uses)
  set_property(GLOBAL APPEND_STRING PROPERTY ONLAN_LAYERS "${name}: ${uses}\n")
  foreach(folder IN LISTS arg_FOLDERS)
    set_property(GLOBAL APPEND_STRING PROPERTY ONLAN_LAYERS "${name}/${folder}\n")
  endforeach()
endfunction()
