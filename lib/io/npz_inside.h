/* The border with libzip: archives read (npz_member) and made (npz_pack). */
#ifndef ISO_IO_NPZ_INSIDE_H
#define ISO_IO_NPZ_INSIDE_H

#include <zip.h>

#endif
