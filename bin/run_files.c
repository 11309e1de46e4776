#include "bin/run_files.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bin/opt.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/claims.h"
#include "lib/io/outfile.h"
#include "lib/io/states_input.h"

enum { WORD_MOST = 4096, NAME_MOST = 64 };

/* What a file that is read is called, by option; what it is called must outlive the check. */
struct files {
    iso_claims claims;
    char names[OPT_MOST][NAME_MOST];
    int name_count;
};

static const char *option_name(struct files *f, const struct opt *o)
{
    char *name = f->names[f->name_count++];

    (void)snprintf(name, NAME_MOST, "--%s", o->name);
    return name;
}

/* --- Reading --------------------------------------------------------------------------- */

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* A file; of a folder all files, and those of a model, which may lie elsewhere. */
static iso_err read_path(struct files *f, const char *path, const char *what)
{
    iso_err err = ISO_OK;

    if (!is_folder(path))
        return iso_claims_read(&f->claims, path, what);
    ISO_TRY(iso_claims_read_folder(&f->claims, path, true, what));
    ISO_TRY(iso_claims_read_folder(&f->claims, path, false, what));
done:
    return err;
}

/* All files that a word of this grammar names; one that names none is for its reader to refuse. */
static iso_err read_input(struct files *f, const char *word, const char *what)
{
    iso_inputs list = {0};
    iso_err err = iso_inputs_add(&list, word);

    for (int i = 0; !err && i < list.count; i++)
        err = read_path(f, list.at[i].path, what);
    iso_inputs_free(&list);
    return err == ISO_ENOMEM ? err : ISO_OK;
}

/* FILE, or a list of LANG=FILE. */
static iso_err read_named(struct files *f, const char *text, const char *what)
{
    char word[WORD_MOST];
    iso_err err = ISO_OK;

    ISO_TRY(read_input(f, text, what));
    for (const char *at = text; at && strchr(text, ',');) {
        at = iso_str_word(word, sizeof word, at);
        ISO_TRY(read_input(f, word, what));
    }
done:
    return err;
}

static iso_err read_word(struct files *f, iso_option_reads reads, const char *word,
                         const char *what)
{
    const char *file = strchr(word, '=');

    switch (reads) {
    case ISO_READS_FILE:
        return iso_claims_read(&f->claims, word, what);
    case ISO_READS_STATES:
        return read_input(f, word, what);
    case ISO_READS_NAMED:
        return read_named(f, word, what);
    case ISO_READS_TEXT:
        return file && file[1] ? iso_claims_read(&f->claims, file + 1, what) : ISO_OK;
    case ISO_READS_CORPUS:
    case ISO_READS_CHECKPOINT:
        return iso_claims_read_folder(&f->claims, word, reads == ISO_READS_CHECKPOINT, what);
    case ISO_READS_NOTHING:
        break;
    }
    return ISO_OK;
}

/* --- Writing --------------------------------------------------------------------------- */

static bool ends(const char *path, const char *suffix)
{
    const size_t a = strlen(path), b = strlen(suffix);

    return a >= b && strcmp(path + a - b, suffix) == 0;
}

static iso_kind figure_kind_of(const char *path)
{
    return ends(path, ".svg")   ? ISO_KIND_SVG
           : ends(path, ".pdf") ? ISO_KIND_PDF
           : ends(path, ".png") ? ISO_KIND_PNG
           : ends(path, ".gp")  ? ISO_KIND_SCRIPT
                                : ISO_KIND_NUMBERS;
}

static iso_err write_part(struct files *f, const char *path, const char *what)
{
    static const struct {
        const char *suffix;
        iso_kind kind;
    } beside[] = {{".part", ISO_KIND_PART}, {".part.journal", ISO_KIND_JOURNAL}};
    char *name = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_claims_write(&f->claims, path, ISO_KIND_STATES, what));
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        ISO_TRY(iso_outfile_part_name(&name, path, beside[i].suffix));
        ISO_TRY(iso_claims_write(&f->claims, name, beside[i].kind, what));
        iso_free(name);
        name = NULL;
    }
done:
    iso_free(name);
    return err;
}

/* The folder of `path`, "." when it names none. */
static iso_err folder_of(char **out, const char *path, const char *name)
{
    return iso_str_dup(out, name > path ? path : ".", name > path ? name - path : 1);
}

/* A file a layer: those that are there, and names like theirs. */
static iso_err write_layers(struct files *f, const char *path, const char *what)
{
    const char *mark = strstr(path, "%d"), *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    char *head = NULL, *folder = NULL;
    iso_inputs list = {0};
    iso_err err = ISO_OK;

    if (!mark)
        return iso_claims_write(&f->claims, path, ISO_KIND_STATES, what);
    err = iso_inputs_add(&list, path); /* any failure but this one: none is there yet */
    if (err == ISO_ENOMEM)
        goto done;
    for (int i = 0; err == ISO_OK && i < list.count; i++)
        ISO_TRY(iso_claims_write(&f->claims, list.at[i].path, ISO_KIND_STATES, what));
    err = ISO_OK;
    if (mark < name)
        goto done;
    ISO_TRY(iso_str_dup(&head, name, mark - name));
    ISO_TRY(folder_of(&folder, path, name));
    ISO_TRY(
        iso_claims_write_some(&f->claims, folder, head, mark + 2, false, ISO_KIND_STATES, what));
done:
    iso_inputs_free(&list);
    iso_free(folder);
    iso_free(head);
    return err;
}

/* LANG-ITEM-layerN.svg and its script and numbers (iso_plot_attention). */
static iso_err write_pictures(struct files *f, const char *folder, const char *what)
{
    static const char *const tails[] = {".svg", ".gp", ".tsv"};
    iso_err err = ISO_OK;

    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
        ISO_TRY(iso_claims_write_some(&f->claims, folder, "-layer", tails[i], true,
                                      figure_kind_of(tails[i]), what));
done:
    return err;
}

static iso_err write_word(struct files *f, const iso_option *o, const char *path, const char *what)
{
    switch (o->writes) {
    case ISO_WRITES_KIND:
        return iso_claims_write(&f->claims, path, (iso_kind)o->file, what);
    case ISO_WRITES_FIGURE:
    case ISO_WRITES_NUMBERS:
        return iso_claims_write(&f->claims, path, figure_kind_of(path), what);
    case ISO_WRITES_STATES:
        return iso_claims_write(&f->claims, path,
                                ends(path, ".npz")           ? ISO_KIND_NPZ
                                : ends(path, ".safetensors") ? ISO_KIND_TENSORS
                                                             : ISO_KIND_STATES,
                                what);
    case ISO_WRITES_MAPS:
        return iso_claims_write(&f->claims, path,
                                ends(path, ".npy") ? ISO_KIND_MATRIX : ISO_KIND_MAPS, what);
    case ISO_WRITES_PART:
        return write_part(f, path, what);
    case ISO_WRITES_LAYERS:
        return write_layers(f, path, what);
    case ISO_WRITES_PICTURES:
        return write_pictures(f, path, what);
    case ISO_WRITES_FOLDER:
        return iso_claims_write_folder(&f->claims, path, what);
    case ISO_WRITES_NOTHING:
        break;
    }
    return ISO_OK;
}

/* --- All of it --------------------------------------------------------------------------- */

static iso_err add_option(struct files *f, const struct args *args, const struct opt *o)
{
    const struct words list = opt_words(args, o->name);
    const char *what = option_name(f, o);
    iso_err err = ISO_OK;

    for (int i = 0; i < list.count; i++) {
        ISO_TRY(read_word(f, o->is->reads, list.at[i], what));
        ISO_TRY(write_word(f, o->is, list.at[i], what));
    }
done:
    return err;
}

static const char *words_name(iso_option_reads reads)
{
    return reads == ISO_READS_TEXT ? "LANG=TEXT" : reads == ISO_READS_STATES ? "INPUT" : "FILE";
}

static iso_err add_words(struct files *f, const struct args *args, const struct cmd *cmd)
{
    const char *what = words_name(cmd->reads);
    iso_err err = ISO_OK;

    if (cmd->reads == ISO_READS_FILE && args->inputs.count == 0)
        ISO_TRY(iso_claims_read(&f->claims, "-", what));
    for (int i = 0; i < args->inputs.count; i++)
        ISO_TRY(read_word(f, cmd->reads, args->inputs.at[i], what));
done:
    return err;
}

/* Both may be one file: `> log 2>&1`. */
static iso_err add_streams(struct files *f)
{
    struct stat out, log;
    const bool both = fstat(STDOUT_FILENO, &out) == 0 && fstat(STDERR_FILENO, &log) == 0 &&
                      out.st_dev == log.st_dev && out.st_ino == log.st_ino;
    iso_err err = ISO_OK;

    ISO_TRY(iso_claims_write_to(&f->claims, STDOUT_FILENO, "standard output"));
    if (!both)
        ISO_TRY(iso_claims_write_to(&f->claims, STDERR_FILENO, "standard error"));
done:
    return err;
}

iso_err run_files_check(const struct args *args, const struct cmd *cmd)
{
    struct files f = {0};
    iso_err err = ISO_OK;

    ISO_TRY(add_streams(&f));
    ISO_TRY(add_words(&f, args, cmd));
    for (int i = 0; i < args->options->count; i++) {
        const struct opt *o = &args->options->at[i];
        if (o->is->reads || o->is->writes)
            ISO_TRY(add_option(&f, args, o));
    }
    ISO_TRY(iso_claims_check(&f.claims, args->force));
done:
    iso_claims_free(&f.claims);
    return err;
}
