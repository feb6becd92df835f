# protoc-c over proto/schema; the generated code is SYSTEM (its warnings are not ours) and only proto/ includes it.
find_program(PROTOC_C protoc-c REQUIRED)
file(GLOB TOC_SCHEMAS CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/proto/schema/*.proto)
set(TOC_PB_DIR ${CMAKE_BINARY_DIR}/generated)
file(MAKE_DIRECTORY ${TOC_PB_DIR})
set(TOC_PB_SOURCES)
foreach(schema IN LISTS TOC_SCHEMAS)
    get_filename_component(stem ${schema} NAME_WE)
    add_custom_command(
        OUTPUT ${TOC_PB_DIR}/${stem}.pb-c.c ${TOC_PB_DIR}/${stem}.pb-c.h
        COMMAND ${PROTOC_C} --proto_path=${CMAKE_SOURCE_DIR}/proto/schema --c_out=${TOC_PB_DIR} ${schema}
        DEPENDS ${schema}
        COMMENT "protoc-c ${stem}.proto")
    list(APPEND TOC_PB_SOURCES ${TOC_PB_DIR}/${stem}.pb-c.c)
endforeach()
add_library(toc_pb OBJECT ${TOC_PB_SOURCES})
target_include_directories(toc_pb SYSTEM PUBLIC ${TOC_PB_DIR})
target_link_libraries(toc_pb PUBLIC PkgConfig::PROTOBUF_C)
