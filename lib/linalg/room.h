/* Room for what a product packs, kept from one to the next: fresh memory would cost a page fault
 * every 4 KB. One product at a time has it; another that runs beside takes its own. */
#ifndef ISO_LINALG_ROOM_H
#define ISO_LINALG_ROOM_H

#include <stdint.h>

#include "lib/base/err.h"

typedef struct iso_room iso_room;

/** At least `bytes` at *at, aligned to 64 and not cleared. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_room_take(iso_room **out, void *at, int64_t bytes);
void iso_room_give(iso_room *r);

#endif
