/* Records as studies make and take them: values put in, some languages and layers taken out. */
#ifndef ISO_STUDY_RECORDS_H
#define ISO_STUDY_RECORDS_H

#include "analysis/measure/value.h"
#include "analysis/study/study.h"
#include "lib/io/record.h"

/* Puts the numbers of a value into a record; rank and param only where the value has them. */
void iso_record_value(iso_record *r, const iso_value *v);

/* Whether a record is of the layer that is the model's own sentence: one more layer of states that
 * are pooled otherwise. */
bool iso_record_of_sentence(const iso_record *r);

/* Whether two records answer one question, at whatever layers: that of the sentence is one, too. */
bool iso_record_same_question(const iso_record *a, const iso_record *b);

/* What a row of a layer stands for: the pooling of the states, or "sentence" where the layer is
 * what the model's own recipe makes of a text. */
const char *iso_record_pool(const iso_states_info *about, int64_t layer);

/* Whether a list of languages ("de,fra", any code of each; NULL: all) names one. */
bool iso_records_names(const char *list, const char *lang);

/* Adds those of a source, a target, and layers on both sides that are selected to `out`. Errors
 * ISO_EARG (a list that cannot be read, nothing left). */
iso_err iso_records_choose(iso_records *out, const iso_records *records, const iso_scope *select);

#endif
