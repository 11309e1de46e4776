#!/bin/sh
# The study of pretraining on the bundled texts: a vocabulary for BERT's tokenizer, two arms, every table with its rows; what was kept is
# not trained again. Usage: pretraining.sh BUILD SOURCE
set -eu
build=$1 source=$2
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir pieces words
for lang in en de; do
    tail -n +2 "$source/examples/corpus/$lang.tsv" | cut -f3 >$lang.txt
    head -60 $lang.txt >words/$lang.txt
done
awk '{ for (i = 0; i < 3 && i < NF; i++) printf "%s%d-%d", (i ? " " : ""), i, i; print "" }' words/de.txt >links
python3 "$source/examples/pieces.py" 200 pieces/vocab.txt en.txt de.txt
# Letters of both texts, then what is joined most often: en is first.
head -5 pieces/vocab.txt | tr '\n' ' ' | grep -qx '\[PAD\] \[UNK\] \[CLS\] \[SEP\] \[MASK\] '
grep -qx 'the' pieces/vocab.txt && grep -qx '##en' pieces/vocab.txt
[ "$(sort pieces/vocab.txt | uniq -d | wc -l)" = 0 ]
cat >pieces/config.json <<END
{"model_type": "bert", "vocab_size": $(wc -l <pieces/vocab.txt), "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
 "intermediate_size": 32, "hidden_act": "gelu", "max_position_embeddings": 64, "type_vocab_size": 1}
END
# A task that is learnt from English: the topics of the texts.
for part in train dev test; do
    mkdir -p tune/$part
    for lang in en de; do
        awk -v part=$part 'NR == 1 || (NR % 4 == 0 ? "dev" : NR % 4 == 1 ? "test" : "train") == part' "$source/examples/corpus/$lang.tsv" >tune/$part/$lang.tsv
    done
done
study() {
    ISOGLOSS=$build/bin/isogloss KEEP=kept STEPS=3 OPTIONS='--stream 32 --batch 8 --lr 1e-3' LINKS=links WORDS=words DICTIONARY=dict ARMS="$1" \
        TUNE=tune TUNE_OPTIONS='--epochs 1 --lr 1e-3' sh "$source/examples/pretraining.sh" pieces "$source/examples/corpus" "$source/examples/corpus" en de
}
echo 'the die' >dict
study 'shared both more-anchors' >tables 2>err || { echo "pretraining.sh failed:"; cat err; exit 1; }
for row in '^| shared | 0\.[0-9]* | 0\.[0-9]* | [0-9]* | [0-9]* |$' '^Shared pieces alone: 0\.[0-9]*; length alone: 0\.[0-9]*\.$'; do
    grep -q -- "$row" tables || { echo "no '$row' in:"; cat tables; exit 1; }
done
for arm in shared both more-anchors; do
    n=$(grep -c "^| $arm | 0\.[0-9]* / 0\.[0-9]* | 0\.[0-9]* / 0\.[0-9]* | 0\.[0-9]* / 0\.[0-9]* |\$" tables)
    [ "$n" = 3 ] || { echo "$n tables of $arm, not 3, in:"; cat tables; exit 1; }
done
spread='0\.[0-9]* (0\.[0-9]*)'
grep -q '^| accuracy of a task learnt from en |' tables
[ "$(grep -c "^| [a-z-]* | $spread | $spread | $spread | $spread |\$" tables)" = 3 ] || { echo "not 3 rows of a task in:"; cat tables; exit 1; }
[ -f kept/both/languages.json ] && [ ! -f kept/shared/languages.json ]
rm kept/both/en/model.safetensors
study 'shared both more-anchors' >again
cmp tables again
! study nonsense >/dev/null 2>err || { echo "it took an arm that is not there"; exit 1; }
grep -q "no arm 'nonsense'" err || { cat err; exit 1; }
echo "ok pretraining.sh"
