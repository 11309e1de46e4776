/* A run's state on the disk: it comes back bit for bit, whole whenever its writer is killed, and
 * only to the run that it belongs to. */
#include "tests/check.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/base/alloc.h"
#include "lib/train/saved.h"

static const iso_grad_use as_they_are = {1, INFINITY};
static const char begun[] = "learning_rate\t5e-5\nseed\t1\ntext of en\t12 items, 00ff\n";

enum { ROWS = 7, COLS = 5 };

/* A model: a table with touched rows, a matrix, a bias, a frozen matrix, λ's W. */
struct model {
    float word[ROWS * COLS], matrix[COLS * COLS], bias[COLS], frozen[4], w[1];
    float grad[COLS * COLS + COLS + 1], row_grad[ROWS * COLS];
    int64_t rows[ROWS];
    iso_row_grads touched;
    iso_tensor t[5];
    iso_optimizer *o;
};

static void model_new(struct model *m, float first)
{
    *m = (struct model){.touched = {m->rows, m->row_grad, 0, ROWS}};
    m->t[0] = (iso_tensor){"embeddings.word", m->word, NULL, &m->touched, ROWS, COLS,
                           ISO_TENSOR_TABLE,  0};
    m->t[1] =
        (iso_tensor){"dense.weight", m->matrix, m->grad, NULL, COLS, COLS, ISO_TENSOR_MATRIX, 1};
    m->t[2] = (iso_tensor){"dense.bias",      m->bias, m->grad + COLS * COLS, NULL, 1, COLS,
                           ISO_TENSOR_VECTOR, 1};
    m->t[3] = (iso_tensor){"frozen \"q\"", m->frozen, NULL, NULL, 2, 2, ISO_TENSOR_MATRIX, 1};
    m->t[4] = (iso_tensor){"mixup.0.W",       m->w, m->grad + COLS * COLS + COLS, NULL, 1, 1,
                           ISO_TENSOR_SCALAR, 1};
    for (int k = 0; k < 5; k++)
        for (int64_t i = 0; i < m->t[k].rows * m->t[k].cols; i++)
            m->t[k].value[i] = first + (float)(i + 10 * k) / 64;
    iso_optimizer_group g[5];
    for (int k = 0; k < 5; k++)
        g[k] = iso_optimizer_usual(&m->t[k], 1, 0.01);
    ok(iso_optimizer_new(&m->o, m->t, 5, g, NULL));
}

static void model_free(struct model *m)
{
    iso_optimizer_free(m->o);
}

static void step(struct model *m, int t)
{
    m->touched.count = 1 + t % 2;
    for (int i = 0; i < 1 + t % 2; i++)
        m->rows[i] = (t + 3 * i) % 4;
    for (int i = 0; i < 2 * COLS; i++)
        m->row_grad[i] = (float)((t * 5 + i) % 7 - 3) / 8;
    for (int i = 0; i < COLS * COLS + COLS + 1; i++)
        m->grad[i] = (float)((t * 3 + i) % 11 - 5) / 8;
    ok(iso_optimizer_step(m->o, 0.01 / (1 + t), as_they_are, false));
}

static void same(struct model *a, struct model *b)
{
    for (int k = 0; k < 5; k++) {
        const size_t bytes = (size_t)(a->t[k].rows * a->t[k].cols) * sizeof(float);
        assert_memory_equal(a->t[k].value, b->t[k].value, bytes);
        for (int which = 0; which < 2 && k != 3; which++)
            assert_memory_equal(iso_optimizer_moment(a->o, k, which),
                                iso_optimizer_moment(b->o, k, which), bytes);
    }
}

static const char *new_out(void)
{
    static int count;
    char name[32];

    snprintf(name, sizeof name, "out%d", count++);
    return temp_path(name);
}

static const char *part(const char *of, const char *rest)
{
    char name[8192];

    snprintf(name, sizeof name, "%s.part/%s", of, rest);
    return check_path("", name) + 1; /* less the slash before it */
}

static bool there(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

static void put(const char *path, const char *content)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    fputs(content, f);
    assert_int_equal(fclose(f), 0);
}

/* 20 steps, saved, 20 more; or read into another model that goes on: the same bits. */
static void goes_on(void **state)
{
    double loss[] = {0.1 + 0.2, 1e-300, -1.0 / 3, NAN, 5e-324}, dev[] = {0.8125};
    char loss_name[] = "loss \"a\"", dev_name[] = "dev";
    iso_saved_series series[] = {{loss_name, loss, 5}, {dev_name, dev, 1}};
    const iso_saved_state at = {20, 2, 4, 0.1 + 0.7, 15, series, 2};
    const char *of = new_out();
    struct model a, b;
    iso_saved *s = NULL;
    iso_saved_state back = {0};
    iso_weights *w = NULL;
    char *path = NULL;
    (void)state;

    model_new(&a, 0);
    model_new(&b, 1);
    for (int t = 0; t < 20; t++)
        step(&a, t);
    ok(iso_saved_open(&s, of));
    assert_false(iso_saved_has(s, "last"));
    ok(iso_saved_write(s, "last", &at, begun, a.t, 5, a.o, NULL));
    assert_true(iso_saved_has(s, "last") && !iso_saved_has(s, "best"));
    ok(iso_weights_open_file(&w, part(of, "last/optimizer.safetensors")));
    assert_int_equal(iso_weights_count(w), 8);
    assert_memory_equal(iso_weights_find(w, "m.dense.bias")->data, iso_optimizer_moment(a.o, 2, 0),
                        COLS * sizeof(float));
    iso_weights_close(w);
    iso_saved_close(s, false);
    ok(iso_saved_open(&s, of));
    step(&b, 3); /* does not count */
    ok(iso_saved_read(&back, s, "last", begun, b.t, 5, b.o));
    same(&a, &b);
    assert_true(back.step == 20 && back.epoch == 2 && back.batch == 4 && back.best_step == 15);
    assert_true(back.best == at.best && back.series_count == 2);
    text(back.series[0].name, loss_name);
    text(back.series[1].name, dev_name);
    assert_int_equal(back.series[0].count, 5);
    for (int i = 0; i < 5; i++)
        assert_true(i == 3 ? isnan(back.series[0].at[3]) : back.series[0].at[i] == loss[i]);
    assert_int_equal(iso_optimizer_steps(b.o), 20);
    for (int t = 20; t < 40; t++) {
        step(&a, t);
        step(&b, t);
    }
    iso_optimizer_settle(a.o);
    iso_optimizer_settle(b.o);
    same(&a, &b);
    ok(iso_saved_path(&path, s, "last"));
    text(path, part(of, "last"));
    iso_free(path);
    iso_saved_state_free(&back);
    iso_saved_close(s, true);
    iso_saved_close(NULL, true);
    assert_false(there(part(of, "")));
    model_free(&a);
    model_free(&b);
}

/* Values alone, and shapes as checkpoints have them. */
static void the_best(void **state)
{
    const iso_saved_state at = {.step = 3, .best = NAN};
    const char *of = new_out();
    struct model a, b;
    iso_saved *s = NULL;
    iso_saved_state back = {0};
    iso_weights *w = NULL;
    (void)state;

    model_new(&a, 0);
    model_new(&b, 1);
    ok(iso_saved_open(&s, of));
    ok(iso_saved_write(s, "best", &at, begun, a.t, 5, NULL, NULL));
    assert_false(there(part(of, "best/optimizer.safetensors")));
    ok(iso_weights_open(&w, part(of, "best")));
    assert_int_equal(iso_weights_find(w, "dense.bias")->rank, 1);
    assert_int_equal(iso_weights_find(w, "dense.bias")->shape[0], COLS);
    assert_int_equal(iso_weights_find(w, "mixup.0.W")->rank, 1);
    assert_int_equal(iso_weights_find(w, "embeddings.word")->shape[0], ROWS);
    iso_weights_close(w);
    ok(iso_saved_read(&back, s, "best", begun, b.t, 5, NULL));
    same(&a, &b);
    assert_true(isnan(back.best));
    fails(iso_saved_read(&back, s, "best", begun, b.t, 5, b.o), ISO_EIO, "optimizer.safetensors");
    fails(iso_saved_read(&back, s, "last", begun, b.t, 5, b.o), ISO_EIO, "run.json");
    iso_saved_state_free(&back);
    iso_saved_close(s, true);
    model_free(&a);
    model_free(&b);
}

static void one_run_at_a_time(void **state)
{
    const char *of = new_out();
    iso_saved *s = NULL, *t = NULL;
    (void)state;

    ok(iso_saved_open(&s, of));
    fails(iso_saved_open(&t, of), ISO_EIO,
          ": another process is training into it; wait for its end, or name another folder");
    assert_null(t);
    assert_true(there(part(of, "")));
    iso_saved_close(s, false); /* nothing was saved: nothing is left */
    assert_false(there(part(of, "")));
    ok(iso_saved_open(&t, of));
    iso_saved_close(t, true);
}

static void other_runs(void **state)
{
    static const struct {
        const char *begun, *says;
    } cases[] = {
        {"learning_rate\t1e-4\nseed\t1\ntext of en\t12 items, 00ff\n",
         "last: was begun with another learning_rate (5e-5, now 1e-4): give what was given then"},
        {"learning_rate\t5e-5\nseed\t1\n", "was begun with text of en, which is gone"},
        {"learning_rate\t5e-5\nseed\t1\ntext of en\t12 items, 00ff\nmethod\txmixup\n",
         "was begun without method"},
        {"seed\t1\nlearning_rate\t5e-5\ntext of en\t12 items, 00ff\n", "in another order"},
    };
    const iso_saved_state at = {.step = 1};
    const char *of = new_out();
    struct model a;
    iso_saved *s = NULL;
    iso_saved_state back = {.step = -7};
    (void)state;

    model_new(&a, 0);
    ok(iso_saved_open(&s, of));
    ok(iso_saved_write(s, "last", &at, begun, a.t, 5, a.o, NULL));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        fails(iso_saved_read(&back, s, "last", cases[i].begun, a.t, 5, a.o), ISO_EFORMAT,
              cases[i].says);
    a.t[2].cols = 4;
    fails(iso_saved_read(&back, s, "last", begun, a.t, 5, a.o), ISO_EFORMAT,
          "tensor \"dense.bias\" is of another shape");
    a.t[2].cols = COLS;
    a.t[2].name = "dense.b";
    fails(iso_saved_read(&back, s, "last", begun, a.t, 5, a.o), ISO_EFORMAT,
          "tensor \"dense.b\" is missing");
    fails(iso_saved_read(&back, s, "last", begun, a.t, 4, NULL), ISO_EFORMAT,
          "holds 5 tensors, this run has 4");
    assert_int_equal(back.step, -7);
    /* bytes that are not UTF-8 are no other run */
    ok(iso_saved_write(s, "last", &at, "corpus\t\xff/x\n", a.t, 2, NULL, NULL));
    ok(iso_saved_read(&back, s, "last", "corpus\t\xff/x\n", a.t, 2, NULL));
    iso_saved_state_free(&back);
    iso_saved_close(s, true);
    model_free(&a);
}

static void damaged(void **state)
{
    static const struct {
        const char *json, *says;
    } cases[] = {
        {"{", "not JSON"},
        {"[]", "is no JSON object"},
        {"{}", "is not of a run of this program"},
        {"{\"isogloss_run\": 2}", "another version of isogloss"},
        {"{\"isogloss_run\": 1}", "does not say what the run was begun with"},
        {"{\"isogloss_run\": 1, \"begun\": 3}", "does not say what"},
        {"{\"isogloss_run\": 1, \"begun\": \"x\"}", "\"step\" is no count"},
        {"{\"isogloss_run\": 1, \"begun\": \"x\", \"step\": -1}", "\"step\" is no count"},
        {"{\"isogloss_run\": 1, \"begun\": \"x\", \"step\": 1e30}", "\"step\" is no count"},
        {"{\"isogloss_run\": 1, \"begun\": \"x\", \"step\": 1, \"epoch\": 0, \"batch\": 0}",
         "\"best_step\" is no count"},
        {"{\"isogloss_run\": 1, \"begun\": \"x\", \"step\": 1, \"epoch\": 0, \"batch\": 0, "
         "\"best_step\": 0}",
         "has no \"series\""},
        {"{\"isogloss_run\": 1, \"begun\": \"x\", \"step\": 1, \"epoch\": 0, \"batch\": 0, "
         "\"best_step\": 0, \"series\": {\"a\": [1], \"b\": [1, \"2\"]}}",
         "a series is no list of numbers"},
        {"{\"isogloss_run\": 1, \"begun\": \"x\", \"step\": 1, \"epoch\": 0, \"batch\": 0, "
         "\"best_step\": 0, \"series\": {\"a\": {}}}",
         "a series is no list of numbers"},
    };
    const iso_saved_state at = {.step = 1};
    const char *of = new_out();
    struct model a;
    iso_saved *s = NULL;
    iso_saved_state back = {0};
    (void)state;

    model_new(&a, 0);
    ok(iso_saved_open(&s, of));
    ok(iso_saved_write(s, "last", &at, "x", a.t, 5, a.o, NULL));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put(part(of, "last/run.json"), cases[i].json);
        fails(iso_saved_read(&back, s, "last", "x", a.t, 5, a.o), ISO_EFORMAT, cases[i].says);
        assert_non_null(strstr(iso_err_msg(), "last/run.json: "));
    }
    ok(iso_saved_write(s, "last", &at, "x", a.t, 5, a.o, NULL));
    assert_int_equal(truncate(part(of, "last/optimizer.safetensors"), 700), 0);
    fails(iso_saved_read(&back, s, "last", "x", a.t, 5, a.o), ISO_EFORMAT, "optimizer.safetensors");
    iso_saved_close(s, true);
    model_free(&a);
}

/* What others put there stays, and stands in nobody's way. */
static void files_of_others(void **state)
{
    const iso_saved_state at = {.step = 1};
    const char *of = new_out();
    struct model a;
    iso_saved *s = NULL;
    (void)state;

    put(of, "a file called as the folder will be");
    model_new(&a, 0);
    ok(iso_saved_open(&s, of));
    ok(iso_saved_write(s, "last", &at, begun, a.t, 5, a.o, NULL));
    put(part(of, "notes.txt"), "mine");
    put(part(of, "last/notes.txt"), "mine");
    fails(iso_saved_write(s, "last", &at, begun, a.t, 5, a.o, NULL), ISO_EARG,
          "last: holds notes.txt, which is not of an earlier checkpoint");
    iso_saved_close(s, true);
    assert_true(there(part(of, "notes.txt")) && there(part(of, "last/notes.txt")));
    assert_false(there(part(of, "last/model.safetensors")) || there(part(of, "last/run.json")));
    model_free(&a);
}

/* A name that is taken by a file. */
static void no_folder(void **state)
{
    char name[8192];
    const char *of = new_out();
    iso_saved *s = NULL;
    (void)state;

    snprintf(name, sizeof name, "%s.part", of);
    put(name, "x");
    fails(iso_saved_open(&s, of), ISO_EIO, ".part: is no folder; move it away");
    fails(iso_saved_open(&s, ""), ISO_EARG, "empty folder name");
    fails(iso_saved_open(&s, temp_path("nowhere/out")), ISO_EIO, "cannot make the folder");
    assert_null(s);
}

/* --- Interruptions -------------------------------------------------------------------- */

/* A writer of all numbers t in step t, until it is killed. */
static void write_on(const char *of)
{
    struct model a;
    iso_saved *s = NULL;

    model_new(&a, 0);
    if (iso_saved_open(&s, of))
        _exit(1);
    for (int64_t t = 1;; t++) {
        const iso_saved_state at = {.step = t};
        for (int k = 0; k < 5; k++)
            for (int64_t i = 0; i < a.t[k].rows * a.t[k].cols; i++) {
                a.t[k].value[i] = (float)t;
                for (int which = 0; which < 2 && k != 3; which++)
                    iso_optimizer_moment(a.o, k, which)[i] = (float)t;
            }
        if (iso_saved_write(s, "last", &at, begun, a.t, 5, a.o, NULL))
            _exit(2);
    }
}

static void check_whole(const char *of)
{
    iso_saved_state back = {0};
    struct model b;
    iso_saved *s = NULL;

    model_new(&b, 0);
    ok(iso_saved_open(&s, of));
    if (iso_saved_has(s, "last")) {
        ok(iso_saved_read(&back, s, "last", begun, b.t, 5, b.o));
        for (int k = 0; k < 5; k++)
            for (int64_t i = 0; i < b.t[k].rows * b.t[k].cols; i++) {
                assert_true(b.t[k].value[i] == (float)back.step);
                assert_true(k == 3 || iso_optimizer_moment(b.o, k, 1)[i] == (float)back.step);
            }
    }
    iso_saved_state_free(&back);
    iso_saved_close(s, false);
    model_free(&b);
}

static void killed_at_any_moment(void **state)
{
    const char *of = new_out();
    iso_saved *s = NULL;
    (void)state;

    for (int i = 0; i < 40; i++) {
        const pid_t child = fork();
        if (child == 0)
            write_on(of);
        usleep((useconds_t)(500 + i * 397 % 9000));
        kill(child, SIGKILL);
        int status = 0;
        waitpid(child, &status, 0);
        assert_true(WIFSIGNALED(status));
        check_whole(of);
    }
    ok(iso_saved_open(&s, of)); /* which clears what was left over */
    iso_saved_close(s, true);
    assert_false(there(part(of, "")));
}

/* Where folders cannot be exchanged, the old one may be all there is. */
static void left_overs(void **state)
{
    const iso_saved_state at = {.step = 9};
    const char *of = new_out();
    struct model a;
    iso_saved *s = NULL;
    (void)state;

    model_new(&a, 0);
    ok(iso_saved_open(&s, of));
    ok(iso_saved_write(s, "last", &at, begun, a.t, 5, a.o, NULL));
    iso_saved_close(s, false);
    assert_int_equal(rename(part(of, "last"), part(of, ".last-abcdef.old")), 0);
    assert_int_equal(mkdir(part(of, ".last-abcdef"), 0700), 0);
    put(part(of, ".last-abcdef/run.json"), "half");
    assert_int_equal(mkdir(part(of, ".best-abcdef.old"), 0700), 0);
    assert_int_equal(mkdir(part(of, ".last-mine-too"), 0700), 0);
    ok(iso_saved_open(&s, of));
    assert_true(iso_saved_has(s, "last") && there(part(of, ".last-mine-too")));
    assert_false(there(part(of, ".last-abcdef")) || there(part(of, ".last-abcdef.old")));
    assert_int_equal(rmdir(part(of, ".last-mine-too")), 0);
    iso_saved_close(s, true);
    model_free(&a);
}

/* No room: what was there stays, and nothing is left beside it. */
static void disk_full(void **state)
{
    const iso_saved_state first = {.step = 1}, second = {.step = 2};
    const struct rlimit few = {900, RLIM_INFINITY};
    const char *of = new_out();
    struct model a;
    struct rlimit all;
    iso_saved *s = NULL;
    iso_saved_state back = {0};
    (void)state;

    model_new(&a, 0);
    ok(iso_saved_open(&s, of));
    ok(iso_saved_write(s, "last", &first, begun, a.t, 5, a.o, NULL));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &all), 0);
    void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &few), 0);
    const iso_err err = iso_saved_write(s, "last", &second, begun, a.t, 5, a.o, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &all), 0);
    signal(SIGXFSZ, before);
    assert_int_equal(err, ISO_EIO);
    assert_non_null(strstr(iso_err_msg(), ".safetensors: cannot write: "));
    ok(iso_saved_read(&back, s, "last", begun, a.t, 5, a.o));
    assert_int_equal(back.step, 1);
    iso_saved_state_free(&back);
    iso_saved_close(s, true);
    assert_false(there(part(of, "")));
    model_free(&a);
}

static void every_allocation_may_fail(void **state)
{
    double loss[] = {1, 2};
    char name[] = "loss";
    iso_saved_series series = {name, loss, 2};
    const iso_saved_state at = {.step = 1, .series = &series, .series_count = 1};
    const char *of = new_out();
    struct model a;
    iso_saved *s = NULL;
    iso_saved_state back = {.step = -7};
    (void)state;

    model_new(&a, 0);
    for (int64_t n = 0, err = ISO_ENOMEM; err; n++) {
        iso_alloc_fail_after(n);
        err = iso_saved_open(&s, of);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_ENOMEM || (!err && n >= 3));
    }
    ok(iso_saved_write(s, "last", &at, begun, a.t, 5, a.o, NULL));
    for (int64_t n = 0, err = ISO_ENOMEM; err; n++) {
        iso_alloc_fail_after(n);
        err = iso_saved_write(s, "last", &at, begun, a.t, 5, a.o, NULL);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_ENOMEM || (!err && n > 20));
    }
    for (int64_t n = 0, err = ISO_ENOMEM; err; n++) {
        iso_alloc_fail_after(n);
        err = iso_saved_read(&back, s, "last", begun, a.t, 5, a.o);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_ENOMEM || (!err && n > 20));
        assert_true(err == ISO_OK || back.step == -7);
    }
    iso_saved_state_free(&back);
    iso_saved_close(s, true);
    assert_false(there(part(of, "")));
    model_free(&a);
}

int main(void)
{
    RUN_TESTS(test(goes_on), test(the_best), test(one_run_at_a_time), test(other_runs),
              test(damaged), test(files_of_others), test(no_folder), test(killed_at_any_moment),
              test(left_overs), test(disk_full), test(every_allocation_may_fail));
}
