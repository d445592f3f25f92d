# SPDX-License-Identifier: Apache-2.0
# Everything that is particular about the ONNX library. Defines memplace::onnx_library where ONNX
# and protobuf are found. The CMake config of Debian's package names include folders that do not
# exist, so the parts are looked up one by one.
find_package(Protobuf QUIET)
find_path(ONNX_INCLUDE_DIR onnx/onnx_pb.h)
find_library(ONNX_LIBRARY onnx)
find_library(ONNX_PROTO_LIBRARY onnx_proto)
mark_as_advanced(ONNX_INCLUDE_DIR ONNX_LIBRARY ONNX_PROTO_LIBRARY)
if(Protobuf_FOUND AND ONNX_INCLUDE_DIR AND ONNX_LIBRARY AND ONNX_PROTO_LIBRARY)
  add_library(memplace_onnx_library INTERFACE)
  add_library(memplace::onnx_library ALIAS memplace_onnx_library)
  target_include_directories(memplace_onnx_library SYSTEM INTERFACE ${ONNX_INCLUDE_DIR})
  # The library is compiled with these; its headers ask for them.
  target_compile_definitions(memplace_onnx_library INTERFACE ONNX_NAMESPACE=onnx ONNX_ML=1)
  target_link_libraries(memplace_onnx_library INTERFACE
    ${ONNX_LIBRARY} ${ONNX_PROTO_LIBRARY} protobuf::libprotobuf)
endif()
