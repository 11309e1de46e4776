/* Language codes: one language under all its names, scripts kept apart, what is unknown left alone.
 */
#include "tests/check.h"

#include "lib/text/lang.h"

/* ISO 639-1 as it stands, with the withdrawn sh; typed a second time, from the standard's list. */
static const char part1[] =
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da "
    "de "
    "dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz "
    "ia "
    "id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln "
    "lo "
    "lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi "
    "pl "
    "ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th "
    "ti "
    "tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

static void all_of_part_1_are_known(void **state)
{
    int count = 0;
    char code[3] = "";
    (void)state;

    for (const char *p = part1; *p; p += p[2] ? 3 : 2) {
        memcpy(code, p, 2);
        const iso_lang_code *c = iso_lang_find(code);
        assert_non_null(c);
        text(c->part1, strcmp(code, "nb") == 0 ? "no" : code);
        text(iso_lang_canonical(code), c->part1);
        count++;
    }
    assert_int_equal(count, 184);
}

/* No code may name two rows, or the first would hide the second. */
static void no_code_twice(void **state)
{
    (void)state;
    for (int i = 0; i < iso_lang_count(); i++) {
        const iso_lang_code *c = iso_lang_at(i);
        const char *const codes[] = {c->part1, c->part3, c->member, c->part2b};
        assert_int_equal(strlen(c->part3), 3);
        assert_int_equal(strlen(c->script), 4);
        assert_true(*c->name >= 'A' && *c->name <= 'Z');
        for (int k = 0; k < 4; k++) {
            if (*codes[k])
                assert_ptr_equal(iso_lang_find(codes[k]), c);
        }
    }
}

static void one_language_under_all_its_names(void **state)
{
    static const char *const same[][8] = {
        {"en", "eng", "eng_Latn", "EN", "Eng_latn", "en-Latn"},
        {"ar", "ara", "arb", "arb_Arab", "ara_Arab"},
        {"sw", "swa", "swh", "swh_Latn"},
        {"zh", "zho", "cmn", "chi", "zho_Hans", "cmn_Hans", "zh_Hani", "zh-hans"},
        {"fa", "fas", "pes", "per", "pes_Arab"},
        {"ms", "msa", "zsm", "may", "zsm_Latn"},
        {"et", "est", "ekk"},
        {"lv", "lav", "lvs", "lvs_Latn"},
        {"uz", "uzb", "uzn", "uzn_Latn"},
        {"mn", "mon", "khk", "khk_Cyrl"},
        {"az", "aze", "azj", "azj_Latn"},
        {"ku", "kur", "kmr", "kmr_Latn"},
        {"sq", "sqi", "als", "alb", "als_Latn"},
        {"yi", "yid", "ydd", "ji", "ydd_Hebr"},
        {"ne", "nep", "npi", "npi_Deva"},
        {"or", "ori", "ory", "ory_Orya"},
        {"mg", "mlg", "plt", "plt_Latn"},
        {"no", "nor", "nob", "nb", "nob_Latn"},
        {"de", "deu", "ger"},
        {"fr", "fra", "fre"},
        {"he", "heb", "iw"},
        {"id", "ind", "in"},
        {"ko", "kor", "kor_Hang", "kor_Kore"},
        {"ceb", "ceb_Latn"},
        {"yue", "yue_Hant"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        for (int k = 0; k < 8 && same[i][k]; k++) {
            text(iso_lang_canonical(same[i][k]), same[i][0]);
            assert_true(iso_lang_same(same[i][k], same[i][0]));
        }
    }
    assert_false(iso_lang_same("nn", "no"));
    assert_false(iso_lang_same("arz", "ar"));
    assert_false(iso_lang_same("ckb", "ku"));
}

static void an_unusual_script_stays(void **state)
{
    (void)state;
    text(iso_lang_canonical("zho_Hant"), "zh_Hant");
    text(iso_lang_canonical("ZH-HANT"), "zh_Hant");
    text(iso_lang_canonical("srp_Latn"), "sr_Latn");
    text(iso_lang_canonical("srp_Cyrl"), "sr");
    text(iso_lang_canonical("arb_Latn"), "ar_Latn");
    text(iso_lang_canonical("ace_Arab"), "ace_Arab");
    assert_false(iso_lang_same("zh", "zho_Hant"));
    assert_true(iso_lang_same("cmn_Hant", "zho_Hant"));
    assert_ptr_equal(iso_lang_find("zho_Hant"), iso_lang_find("zh"));
    assert_ptr_equal(iso_lang_canonical("zho_Hant"), iso_lang_canonical("cmn_Hant"));
}

static void other_names_are_taken_as_they_are(void **state)
{
    static const char *const names[] = {
        "",          "e",        "xx",     "english",  "en_US",     "en_",     "en_Latn1",
        "en_La1n",   "eng_Lat",  "_Latn",  "e n",      "engl_Latn", "en Latn", "emb_0",
        "zh_Hant_x", "\xc3\xa9", "en\xff", "qqq_Latn", "en__Latn",  "12"};
    (void)state;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_null(iso_lang_find(names[i]));
        assert_ptr_equal(iso_lang_canonical(names[i]), names[i]);
    }
    assert_true(iso_lang_same("foo", "foo"));
    assert_false(iso_lang_same("foo", "FOO"));
}

/* What only looks like a script is none, and a foreign one must be spelled out. */
static void a_script_is_a_real_one(void **state)
{
    static const char *const none[] = {"en_fort",  "en_Fort", "de_base", "de_Test",
                                       "en_thai",  "EN_THAI", "fr_mean", "xlm_Latn",
                                       "en_LATN_", "en_atnL", "en_Zzzz"};
    char code[] = "en_Aaaa";
    int known = 0;
    (void)state;

    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_ptr_equal(iso_lang_canonical(none[i]), none[i]);
    text(iso_lang_canonical("eng_Thai"), "en_Thai");
    text(iso_lang_canonical("rus-Latn"), "ru_Latn");
    text(iso_lang_canonical("UZB_CYRL"), "uz_Cyrl");
    text(iso_lang_canonical("min_arab"), "min_Arab");
    for (int i = 0; i < 26 * 26 * 26 * 26; i++) {
        code[3] = (char)('A' + i / 17576);
        code[4] = (char)('a' + i / 676 % 26);
        code[5] = (char)('a' + i / 26 % 26);
        code[6] = (char)('a' + i % 26);
        known += iso_lang_find(code) != NULL;
    }
    assert_int_equal(known, 213);
}

/* However many of them somebody uses: names stay right, or stay as given. */
static void room_for_scripts_may_run_out(void **state)
{
    static const char *const scripts[] = {"Adlm", "Brai", "Copt", "Dsrt",
                                          "Goth", "Shaw", "Ogam", "Runr"};
    char code[16], name[16];
    (void)state;

    for (int i = 0; i < iso_lang_count(); i++) {
        const iso_lang_code *c = iso_lang_at(i);
        for (int k = 0; k < 8; k++) {
            snprintf(code, sizeof code, "%s_%s", c->part3, scripts[k]);
            snprintf(name, sizeof name, "%s_%s", *c->part1 ? c->part1 : c->part3, scripts[k]);
            const char *canonical = iso_lang_canonical(code);
            assert_true(strcmp(canonical, name) == 0 || canonical == code);
        }
    }
    text(iso_lang_canonical("eng_Latn"), "en");
}

static void scripts_and_names(void **state)
{
    (void)state;
    text(iso_lang_find("ru")->script, "Cyrl");
    text(iso_lang_find("hin_Deva")->name, "Hindi");
    text(iso_lang_find("th")->part3, "tha");
    text(iso_lang_find("arb")->part3, "ara");
    text(iso_lang_find("ar")->member, "arb");
    text(iso_lang_find("eng")->member, "");
}

int main(void)
{
    RUN_TESTS(test(all_of_part_1_are_known), test(no_code_twice),
              test(one_language_under_all_its_names), test(an_unusual_script_stays),
              test(other_names_are_taken_as_they_are), test(scripts_and_names),
              test(a_script_is_a_real_one), test(room_for_scripts_may_run_out));
}
