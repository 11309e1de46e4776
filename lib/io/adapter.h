/* A folder that holds what was learnt on top of a base model, as PEFT writes it:
 * adapter_config.json, which names the base, and adapter_model.safetensors or adapter_model.bin. */
#ifndef ISO_IO_ADAPTER_H
#define ISO_IO_ADAPTER_H

#include <stdbool.h>

#include "lib/base/err.h"

ISO_BEGIN

/**
 * The folder of the base model that an adapter's names (base_model_name_or_path: as it stands, or
 * within `folder`), yours to iso_free; NULL where `folder` has a config.json of its own or no
 * adapter_config.json. Errors  ISO_EIO (there is no such folder: says how to get one), ISO_EFORMAT,
 * ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_adapter_base(char **out, const char *folder);

/** The path of `name` in a folder or, where it is an adapter's and lacks that, in its base; yours
 * to iso_free. Errors  as iso_adapter_base. */
ISO_MUST_USE iso_err iso_adapter_path(char **out, const char *folder, const char *name);

ISO_END

#endif
