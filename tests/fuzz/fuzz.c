/* A libFuzzer target for the door that DOOR names: fuzz_npy -max_len=4096 CORPUS seeds/npy */
#include <stdlib.h>

#include "tests/fuzz/doors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct door *door;

    if (!door)
        door = door_find(DOOR);
    if (!door)
        abort();
    door->enter(data, size);
    return 0;
}
