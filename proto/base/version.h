/* proto/base/version.h: the version of this build, for --version, `status` and bug reports. */
#ifndef TOC_PROTO_BASE_VERSION_H
#define TOC_PROTO_BASE_VERSION_H

#define TOC_VERSION "0.1.0" /* as in CMakeLists.txt and CHANGELOG.md */

#endif
