#include "lib/io/adapter.h"

#include "lib/base/alloc.h"
#include "lib/io/folder.h"

enum { FILE_MAX = 8 << 20 };

static const char adapter_name[] = "adapter_config.json", key[] = "base_model_name_or_path";

static iso_err find_base(char **out, const char *name, const char *folder)
{
    char *inner = NULL;
    iso_err err = ISO_OK;

    if (iso_folder_is(name))
        return iso_str_dup(out, name, -1);
    ISO_TRY(iso_folder_path(&inner, folder, name));
    if (!iso_folder_is(inner))
        ISO_FAIL(
            ISO_EIO,
            "%s: is an adapter of the base model %s, and there is no such folder: "
            "fetch it, as with `git clone https://huggingface.co/%s` (with git-lfs), and write its "
            "path as %s into %s",
            folder, name, name, key, adapter_name);
    *out = inner;
    inner = NULL;
done:
    iso_free(inner);
    return err;
}

iso_err iso_adapter_base(char **out, const char *folder)
{
    iso_json *config = NULL;
    char *base = NULL;
    iso_err err = ISO_OK;

    *out = NULL;
    if (iso_folder_has(folder, "config.json") || !iso_folder_has(folder, adapter_name))
        return ISO_OK;
    ISO_TRY(iso_folder_json(&config, folder, adapter_name, FILE_MAX));
    const char *name = iso_json_text(iso_json_get(config, key));
    if (!name || !*name)
        ISO_FAIL(ISO_EFORMAT, "%s/%s: names no %s", folder, adapter_name, key);
    ISO_TRY(find_base(&base, name, folder));
    if (!iso_folder_has(base, "config.json"))
        ISO_FAIL(ISO_EIO, "%s: its base model %s holds no config.json", folder, base);
    *out = base;
    base = NULL;
done:
    iso_json_free(config);
    iso_free(base);
    return err;
}

iso_err iso_adapter_path(char **out, const char *folder, const char *name)
{
    char *base = NULL;
    iso_err err = ISO_OK;

    if (!iso_folder_has(folder, name))
        ISO_TRY(iso_adapter_base(&base, folder));
    ISO_TRY(iso_folder_path(out, base ? base : folder, name));
done:
    iso_free(base);
    return err;
}
