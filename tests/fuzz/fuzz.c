/* A libFuzzer target for the entry point that ENTRY names: fuzz_npy -max_len=4096 CORPUS seeds/npy
 */
#include <stdlib.h>

#include "tests/fuzz/entries.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct entry *entry;

    if (!entry)
        entry = entry_find(ENTRY);
    if (!entry)
        abort();
    entry->enter(data, size);
    return 0;
}
