/* What every public declaration is marked with. */
#ifndef ISO_BASE_API_H
#define ISO_BASE_API_H

#ifdef __cplusplus
#define ISO_BEGIN extern "C" {
#define ISO_END }
#else
#define ISO_BEGIN
#define ISO_END
#endif

#if defined(__GNUC__)
#define ISO_API __attribute__((visibility("default")))
#define ISO_MUST_USE __attribute__((warn_unused_result))
#define ISO_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#else
#define ISO_API
#define ISO_MUST_USE
#define ISO_PRINTF(fmt, first)
#endif

#endif
