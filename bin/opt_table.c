/* The one table of options, and who takes which. */
#include "bin/opt.h"

#include <string.h>

#include "lib/io/pool.h"

/* An option is called like the field it fills, but for dashes. */
#define OPT_CALLED(name_, kind_, field, value_, help_, ...)                                        \
    {                                                                                              \
        .name = name_, .kind = OPT_##kind_, .offset = offsetof(struct settings, field),            \
        .value = value_, .help = help_, __VA_ARGS__                                                \
    }
#define OPT(kind_, field, ...) OPT_CALLED(#field, kind_, field, __VA_ARGS__)

/* The order is the order of help. */
/* clang-format off */
static const struct opt table[] = {
    OPT(TEXT, model, "DIR", "folder of a checkpoint, as downloaded from a model hub", .reads = READS_CHECKPOINT),
    OPT(TEXT, corpus, "DIR", "take every text in DIR: LANG.txt, .tsv, .csv, .jsonl, .ids; eng_Latn.dev; NAME.LANG", .reads = READS_CORPUS),
    OPT(LIST, source, "LANG=TEXT...", "text of the language that is mixed in; several files of it are one text", .reads = READS_TEXT),
    OPT(LIST, target, "LANG=TEXT...", "texts of the languages that it is mixed into", .reads = READS_TEXT),
    OPT(LIST, against, "INPUT...", "compare each language with the same language there", .reads = READS_INPUT),
    OPT(FLAG, difference, NULL, "with --against: the pairs here minus the same pairs there"),
    OPT(TEXT, src, "LANG", "source language, of --corpus (without a source every language is mixed with itself)", .of = "mix"),
    OPT(TEXT, scores, "TABLE", "task scores: a row a model and a column a language, or lang and score; or records of accuracy or f1", .reads = READS_FILE),
    OPT(TEXT, row, "NAME", "row of --scores, where it has several"),
    OPT(TEXT, given, "TABLE", "quantities to hold constant: a row each by language, or of pairs src, tgt", .reads = READS_FILE),
    OPT(LIST, second, "INPUT...", "second sentences of pairs, whose first ones the INPUT before holds", .reads = READS_INPUT),
    OPT(TEXT, src, "LANG[,LANG]", "languages that are learnt from (default: as the file says, else the first)", .of = "probe"),
    OPT(INT, budget, "N", "learn from N items in all, an equal share of each source (default: all they have)", .least = 1),
    OPT(TEXT, tgt, "LANG[,LANG]", "languages that are tested beside the sources (default: all)", .of = "probe"),
    OPT(TEXT, src, "LANG", "source language (default: as the file says, else the first)"),
    OPT(TEXT, tgt, "LANG[,LANG]", "target languages (default: all others)"),
    OPT(CHOICE, pairs, "all", "take every pair of languages instead of source and targets", .choices = "all"),
    OPT(TEXT, layers, "LIST", "layers to take: 0,3-6,last (default: all)"),
    OPT(TEXT, layer, "K", "of a sweep of mixing the mixed layer to draw before and after of", .of = "plot"),
    OPT(TEXT, layer, "K", "layer to mix at, with --model and --corpus (default: sweep)", .of = "report"),
    OPT(TEXT, layer, "K", "layer to mix at, 1 the first; A-B a range in one pass; sweep each in turn (default: 1)"),
    OPT(TEXT, mix, "LIST", "ways: xmixup,fixed:VALUE,no-entropy,self (default: xmixup); controls come along"),
    OPT(TEXT, lambda0, "X", "largest share of the source, above 0 to 1 (default: 0.5, or as --lambda says)"),
    OPT(TEXT, lambda, "FILE", "trained W and b of layers, JSON or safetensors (default: W 1, b 0)", .reads = READS_FILE),
    OPT(CHOICE, entropy, "KIND", "masked: padding never counts (default); repo: as the published code counts it", .choices = "masked repo"),
    OPT(FLAG, across, NULL, "pair every layer with every layer"),
    OPT(FLAG, shuffle, NULL, "permute the target's rows: the control that should find nothing"),
    OPT(TEXT, measure, "LIST", "measures: p@k,p@5:csls,mrr,error:ratio,mexa,f1 (a name alone: cosine and csls)", .of = "retrieve"),
    OPT(TEXT, measure, "LIST", "before and after: p@1,p@5:csls,mrr,cka,centroid,... (default: p@1,mrr,centroid:relative,cka)", .of = "align"),
    OPT(TEXT, measure, "LIST", "of RECORDS: cka,centroid:relative,p@1,... (default: the usual ones that are there)", .of = "gap"),
    OPT(TEXT, measure, "LIST", "scores to search by (default: csls,cosine,invsoftmax)", .of = "words"),
    OPT(TEXT, measure, "LIST", "before and after: cka,centroid:relative,cosine,p@1:csls,... (default: cka,centroid:relative,cosine:centred,p@1:cosine)", .of = "mix"),
    OPT(TEXT, measure, "LIST", "accuracy,f1,gap (default), accuracy:language-id, f1:shuffled, ... (a name alone: its usual estimators)", .of = "probe"),
    OPT(CHOICE, interval, "KIND", "none leaves intervals away", .of = "probe", .choices = "none"),
    OPT(INT, folds, "N", "parts of the items, each tested by a probe learnt on the others (default: 5)", .of = "probe", .least = 3),
    OPT(TEXT, measure, "LIST", "measures: cka,cka:biased,cosine (a name alone: its recommended estimators)"),
    OPT(CHOICE, interval, "KIND", "how intervals are made (default: boot-items)", .of = "retrieve", .choices = "none boot-items bca"),
    OPT(CHOICE, interval, "KIND", "none leaves intervals away", .of = "align", .choices = "none"),
    OPT(CHOICE, interval, "KIND", "none leaves intervals away", .of = "mix", .choices = "none"),
    OPT(CHOICE, interval, "KIND", "none leaves intervals away", .of = "gap", .choices = "none"),
    OPT(CHOICE, interval, "KIND", "how intervals are made", .choices = "none jackknife groups"),
    OPT(TEXT, preset, "NAME", "options of a published protocol; it prints them"),
    OPT(TEXT, prep, "LIST", "steps on the rows of each language, in order: center,unit,zscore,..."),
    OPT(TEXT, k, "LIST", "ranks that count as a hit: 1,5,10 (default: 1)"),
    OPT(INT, neighbours, "N", "neighbours that CSLS and margins average (default: 10, margins 4)", .least = 1),
    OPT(TEXT, beta, "X", "inverse temperature of invsoftmax (default: 10)", .advanced = true),
    OPT(CHOICE, direction, "WHICH", "who searches (default: both)", .choices = "forward backward both"),
    OPT(CHOICE, margin, "KIND", "score that mining goes by (default: ratio)", .choices = "ratio difference absolute"),
    OPT(TEXT, threshold, "X", "score that mined pairs must reach (default: the one with the best F1)"),
    OPT(TEXT, gold, "FILE", "true pairs: lines of two numbers, row of the source and of the target, from 0", .reads = READS_FILE),
    OPT(TEXT, predictions, "FILE", "write what was found: best row and score a line; of mining the pairs", .writes = WRITES_KIND, .file = ISO_KIND_PREDICTIONS),
    OPT(TEXT, train, "DICT", "pair word types by a dictionary and fit on it: FILE, or LANG=FILE,... by target", .of = "align", .reads = READS_NAMED),
    OPT(TEXT, test, "DICT", "with --train: pairs to score on instead of held-out folds; as --train", .of = "align", .reads = READS_NAMED),
    OPT(TEXT, train, "DICT", "dictionary the map is fitted on: source TAB target, or split at spaces", .reads = READS_NAMED),
    OPT(TEXT, test, "DICT", "dictionary whose source words are looked up; the fit never sees it", .reads = READS_NAMED),
    OPT(FLAG, unsupervised, NULL, "instead of --train: begin with words of alike similarities"),
    OPT(CHOICE, method, "KIND", "the map (default: orthogonal; none compares spaces as they are)", .of = "words",
        .choices = "none orthogonal rotation scaled ridge least-squares whitened"),
    OPT(TEXT, method, "KIND", "the map: orthogonal (default), rotation, scaled, ridge, least-squares, whitened"),
    OPT(FLAG, centre, NULL, "means of the fitted rows are taken away first and become part of the map"),
    OPT(TEXT, ridge, "X", "with --method ridge: weight of the penalty (default: 0.1)", .advanced = true),
    OPT(TEXT, whiten, "X", "with --method whitened: how far, above 0 to 1 (default: 1)", .advanced = true),
    OPT(INT, folds, "N", "parts of the rows, each scored by a map fitted on the others (default: 5)", .least = 2),
    OPT_CALLED("each-fold", FLAG, each_fold, NULL, "records of every fold beside those of all", .advanced = true),
    OPT(FLAG, correlate, NULL, "correlation over layers of CKA with retrieval after the map"),
    OPT(TEXT, alignments, "FILE", "pair words of parallel sentences: a line i-j i-j ... a sentence, as fast_align writes", .reads = READS_NAMED),
    OPT(TEXT, map, "FILE", "save the maps, fitted on all rows: .h5, or .npy for one", .writes = WRITES_MAPS),
    OPT(TEXT, apply, "FILE", "put the source language through saved maps and write it to --out", .reads = READS_FILE),
    OPT(TEXT, steps, "LIST", "a chain instead of --method: whiten,rotate,reweight:0.5,dewhiten,reduce:100"),
    OPT(INT, refine, "N", "rounds of fitting anew on mutual nearest neighbours (default: 0)", .least = 0),
    OPT_CALLED("max-vocab", INT, max_vocab, "N", "the first so many words of each file (default: 200000)", .least = 1),
    OPT(TEXT, encoding, "NAME", "of words and dictionaries: utf-8 (default) or latin1"),
    OPT(FLAG, lower, NULL, "words and dictionaries in lower case; of words that become equal the first counts"),
    OPT(FLAG, strict, NULL, "what is odd in a file is an error instead of being left out and counted"),
    OPT(FLAG, pad, NULL, "the side with fewer columns gets columns of zeros"),
    OPT(CHOICE, interval, "KIND", "how intervals are made (default: boot-items)", .of = "words", .choices = "none boot-items bca"),
    OPT(CHOICE, road, "KIND", "how sums are made (default: by the number of items)", .choices = "gram sums", .advanced = true),
    OPT(FLAG, quick, NULL, "look at the headers only, not at the numbers"),
    OPT(LIST, records, "FILE...", "take these records in as they are", .reads = READS_FILE),

    OPT(CHOICE, pool, "KIND", "what a row stands for (default: mean)", .of = "embed",
        .choices = ISO_POOL_CHOICES(ENCODED)),
    OPT(CHOICE, dtype, "TYPE", "number type of what is written (default: f16)", .of = "embed", .choices = "f16 f32"),
    OPT(CHOICE, pool, "KIND", "what a row stands for (default: mean)", .of = "mix", .choices = ISO_POOL_CHOICES(MIXED)),
    OPT(CHOICE, dtype, "TYPE", "number type of kept states (default: f16)", .of = "mix", .choices = "f16 f32"),
    OPT_CALLED("max-length", INT, max_length, "N", "tokens of a sentence, special ones included; what is longer is cut (default: what model and tokenizer take, 512 at most)", .of = "mix", .least = 1),
    OPT_CALLED("max-length", INT, max_length, "N", "tokens of a sentence, special ones included; what is longer is cut (default: what model and tokenizer take, 512 at most)", .of = "embed", .least = 1),
    OPT_CALLED("max-length", INT, max_length, "N", "tokens of a sentence, special ones included; what is longer is cut (default: nothing is)", .of = "tokenize", .least = 1),
    OPT(CHOICE, compute, "KIND", "what products are computed in (default: f32)", .choices = "f32 bf16 int8"),
    OPT(FLAG, resume, NULL, "go on where an earlier run of the same command was interrupted"),
    OPT(TEXT, columns, "LIST", "columns of tables and JSON: text=sentence,text2=...,id=...,label=... (default: by their names; id= takes none)"),
    OPT_CALLED("text-format", CHOICE, text_format, "KIND", "what texts are (default: by suffix and first line)", .choices = "plain tsv csv json"),
    OPT(INT, batch, "TOKENS", "tokens computed at once; results do not depend on it", .least = 1, .advanced = true),
    OPT_CALLED("random-weights", TEXT, random_weights, "SEED", "the same shape with random weights: the usual lower bound", .advanced = true),

    OPT_CALLED("keep-before", TEXT, keep_before, "FILE", "write states before mixing, source and targets, all layers", .writes = WRITES_KIND, .file = ISO_KIND_STATES),
    OPT_CALLED("keep-after", TEXT, keep_after, "FILE", "write states after mixing; %d stands for the mixed layer", .writes = WRITES_LAYERS),
    OPT(TEXT, attention, "DIR", "draw who looks at whom in the sentences of --items", .writes = WRITES_PICTURES),
    OPT(TEXT, items, "LIST", "sentences of --attention: numbers in the source's text, from 0, or ids"),

    OPT(CHOICE, pool, "KIND", "token rows to one row an item (default: mean)", .choices = ISO_POOL_CHOICES(STORED)),
    OPT(CHOICE, specials, "WHICH", "special tokens among the rows of each sentence (default: none)", .choices = "none both", .advanced = true),
    OPT(CHOICE, axes, "ORDER", "axes of states that may be read in several ways: L layers, N items or tokens, D dimensions", .choices = "LND NLD", .any_case = true),
    OPT(CHOICE, dtype, "TYPE", "number type of headless raw files, or of what is written", .choices = "f16 f32 f64", .advanced = true),
    OPT(CHOICE, layout, "NAME", "read files as this layout instead of looking", .choices = "native per-sentence matrix npy npz safetensors raw"),
    OPT(INT, dim, "N", "row length of headless raw files", .least = 1, .advanced = true),
    OPT(FLAG, transpose, NULL, "matrix files hold neurons x items", .advanced = true),

    OPT(TEXT, out, "PATH", "what to write", .letter = 'o', .of = "embed", .writes = WRITES_PART),
    OPT(TEXT, out, "PATH", "what to write", .letter = 'o', .of = "report", .writes = WRITES_FOLDER),
    OPT(TEXT, out, "PATH", "what to write", .letter = 'o', .of = "plot", .writes = WRITES_FIGURE),
    OPT(TEXT, out, "PATH", "what to write", .letter = 'o', .writes = WRITES_KIND, .file = ISO_KIND_STATES),
    OPT(TEXT, title, "TEXT", "heading of the page", .of = "report"),
    OPT(FLAG, roff, NULL, "print the source of the page", .hidden = true),

    OPT(INT, limit, "N", "take only the first N sentences of each file", .of = "tokenize", .least = 1),
    OPT(TEXT, json, "FILE", "write records {text, pieces, ids} as JSON (-: standard output)", .of = "tokenize", .writes = WRITES_KIND, .file = ISO_KIND_TOKENS),
    OPT(TEXT, json, "FILE", "write records as JSON (-: standard output)", .common = true, .writes = WRITES_KIND, .file = ISO_KIND_JSON),
    OPT(TEXT, csv, "FILE", "write records as CSV (-: standard output)", .common = true, .writes = WRITES_KIND, .file = ISO_KIND_CSV),
    OPT(TEXT, plot, "FILE", "draw the records: .svg .pdf .png, or .gp, a script of gnuplot that holds its numbers", .common = true, .writes = WRITES_FIGURE),
    OPT_CALLED("plot-data", TEXT, plot_data, "FILE", "write what the figure draws: .tsv its numbers, .gp its script", .common = true, .advanced = true, .writes = WRITES_NUMBERS),
    OPT(FLAG, force, NULL, "replace files that are there and are of another kind than what is written", .advanced = true),
    OPT(TEXT, title, "TEXT", "title of the figure; none leaves it away", .common = true, .advanced = true),
    OPT(INT, width, "N", "width of the figure in pixels, 96 an inch (PNG: three times as many)", .least = 1, .common = true, .advanced = true),
    OPT(INT, height, "N", "height of the figure, likewise", .least = 1, .common = true, .advanced = true),
    OPT(INT, threads, "N", "threads to use (default: one a core)", .least = 1, .common = true),
    OPT(SIZE, mem, "SIZE", "memory to stay under: 512M, 2G (default: a quarter of RAM)", .common = true),
    OPT(INT, seed, "N", "seed of everything random (default: 0)", .common = true),
    OPT(CHOICE, precision, "KIND", "of matrix products (default: single)", .choices = "single double", .common = true),
    OPT(INT, limit, "N", "take only the first N items of each language", .least = 1, .common = true),
    OPT(FLAG, plan, NULL, "print what would be read and computed, and stop", .common = true),
    OPT(CHOICE, progress, "lines", "progress as lines for a log", .choices = "lines", .common = true, .advanced = true),
    OPT(FLAG, quiet, NULL, "no notes, no progress", .common = true),
    OPT(FLAG, help, NULL, "show this help", .letter = 'h'),
};
/* clang-format on */
enum { OPTIONS = (int)(sizeof table / sizeof *table) };
_Static_assert((int)OPTIONS <= (int)OPT_MOST, "opt.h: OPT_MOST is too small");

bool opt_among(const char *words, const char *word, size_t len)
{
    for (const char *w = words ? words : ""; *w;) {
        const size_t n = strcspn(w, " ");
        if (n == len && memcmp(w, word, len) == 0)
            return true;
        w += n + (w[n] == ' ');
    }
    return false;
}

/* Whether a command has its own entry for a general option. */
static bool replaced(const struct cmd *cmd, const struct opt *o)
{
    for (const struct opt *own = table; own < table + OPTIONS; own++) {
        if (own->of && strcmp(own->of, cmd->name) == 0 && strcmp(own->name, o->name) == 0)
            return true;
    }
    return false;
}

static bool takes(const struct cmd *cmd, const struct opt *o);

/* Whether a command has an option that names a file to write. */
static bool writes(const struct cmd *cmd)
{
    for (const struct opt *o = table; o < table + OPTIONS; o++) {
        if (o->writes && takes(cmd, o))
            return true;
    }
    return false;
}

static bool takes(const struct cmd *cmd, const struct opt *o)
{
    if (o->of ? strcmp(o->of, cmd->name) != 0 : replaced(cmd, o))
        return false;
    if (strcmp(o->name, "help") == 0)
        return true;
    if (strcmp(o->name, "force") == 0)
        return writes(cmd);
    if (o->common && !opt_among(cmd->options, "only", 4))
        return true;
    return opt_among(cmd->options, o->name, strlen(o->name));
}

const struct opt *opt_next(const struct cmd *cmd, const struct opt *after)
{
    for (const struct opt *o = after ? after + 1 : table; o < table + OPTIONS; o++)
        if (takes(cmd, o))
            return o;
    return NULL;
}

const struct opt *opt_any(const struct opt *after)
{
    const struct opt *o = after ? after + 1 : table;

    return o < table + OPTIONS ? o : NULL;
}

bool opt_is_path(const struct opt *o)
{
    return o->value && opt_among("FILE FILE... PATH DIR INPUT...", o->value, strlen(o->value));
}
