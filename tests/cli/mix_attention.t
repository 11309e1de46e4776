# Cross attention of chosen sentences, drawn.
needs gnuplot
$ printf 'A cat.\nA dog.\nA house.\n' > en.txt; printf 'Eine Katze.\nEin Hund.\nEin Haus.\n' > de.txt
# who looks at whom
$ isogloss mix --model $S/examples/mini --source en=en.txt --target de=de.txt --layer 2 --attention pictures --items 0,2 --interval none --quiet --csv x.csv && ls pictures
> de-0-layer2.gp
> de-0-layer2.svg
> de-0-layer2.tsv
> de-2-layer2.gp
> de-2-layer2.svg
> de-2-layer2.tsv
$ grep -o 'layer 2 · item 0 · xmixup' pictures/de-0-layer2.svg | head -n 1; grep -c . pictures/de-0-layer2.tsv > /dev/null
> layer 2 · item 0 · xmixup
$ isogloss mix --model $S/examples/mini --target en=en.txt --layer sweep --attention self --items 1 --interval none --quiet --csv x.csv && ls self/*.svg
> self/en-1-layer1.svg
> self/en-1-layer2.svg
> self/en-1-layer3.svg
> self/en-1-layer4.svg
$ printf 'id\ttext\na/b\tA cat.\nc\tA dog.\n' > en.tsv; printf 'id\ttext\nc\tEin Hund.\na/b\tEine Katze.\n' > de.tsv
$ isogloss mix --model $S/examples/mini --source en=en.tsv --target de=de.tsv --attention ids --items c,a/b --interval none --quiet --csv x.csv && ls ids/*.svg
> ids/de-a_b-0-layer1.svg
> ids/de-c-layer1.svg
# ids that no file can be called by do not write over one another
$ printf 'id\ttext\n句\tA cat.\n文\tA dog.\n' > en.tsv; printf 'id\ttext\n句\tEine Katze.\n文\tEin Hund.\n' > de.tsv
$ isogloss mix --model $S/examples/mini --source en=en.tsv --target de=de.tsv --attention signs --items 句,文 --interval none --quiet --csv x.csv && ls signs/*.svg
> signs/de-___-0-layer1.svg
> signs/de-___-1-layer1.svg
