/* How many bytes of numbers a safetensors header speaks of. */
#ifndef ISO_TESTS_IO_TENSOR_DATA_H
#define ISO_TESTS_IO_TENSOR_DATA_H

#include <stdio.h>
#include <string.h>

/* The largest end of all data_offsets, at most `most`. */
static inline size_t tensor_data(const char *head, size_t most)
{
    static const char mark[] = "\"data_offsets\":[";
    size_t data = 0;
    long end;

    for (const char *at = strstr(head, mark); at; at = strstr(at + 1, mark)) {
        if (sscanf(at + strlen(mark), "%*[^,],%ld", &end) == 1 && end > (long)data)
            data = (size_t)end;
    }
    return data < most ? data : most;
}

#endif
