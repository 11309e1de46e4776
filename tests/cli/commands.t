# The program without a command, with a wrong one, and its help.
$ isogloss
2> usage: isogloss COMMAND [OPTION...] [INPUT...]
2> ...
? 2
$ isogloss help
> usage: isogloss COMMAND [OPTION...] [INPUT...]
> ...
>   version     version, compiler and libraries
> ...
$ isogloss --help | head -n 1
> usage: isogloss COMMAND [OPTION...] [INPUT...]
$ isogloss versoin
2> isogloss: unknown command versoin; did you mean version?
? 2
$ isogloss xyzzy
2> isogloss: unknown command xyzzy; `isogloss help` lists them
? 2
$ isogloss --quiet version
2> isogloss: unknown option --quiet; options come after the command
? 2
$ isogloss help version
> usage: isogloss version [OPTION...]
>
> version, compiler and libraries.
>
> options:
>   -h, --help            show this help
>
> examples:
>   isogloss version
>
> `isogloss man version` says more.
# the two ways to ask are one
$ isogloss help completion > a; isogloss completion --help > b; cmp a b
# a command's own entry replaces the general one
$ isogloss help embed | grep -A 2 -e '^  --pool'; isogloss help compare | grep -A 2 -e '^  --pool' 
>   --pool KIND           what a row stands for (default: mean): mean mean-special cls last max
>                         weighted max-special mean-sqrt none word types
>   --prompt WORD         stands before each text: a prompt of the model by name, or the text
>   --pool KIND           token rows to one row an item (default: mean): mean mean-special cls
>                         last max weighted max-special mean-sqrt none
>   --axes ORDER          axes of states that may be read in several ways: L layers, N items or
$ isogloss help help version
2> isogloss help: one command at a time, not 2 (see `isogloss help help`)
? 2
$ isogloss help hepl
2> isogloss: unknown command hepl; did you mean help?
? 2
# help ends with examples, names the measures of the registry, explains every column
$ isogloss help embed | tail -n 7 | head -n 2
> examples:
>   isogloss embed --model model en=en.txt de=de.txt -o two.h5
$ isogloss help compare | grep -e '^  cka:' -e '^  procrustes:'
>   cka:debiased *                Linear CKA, debiased
>   cka:biased                    Linear CKA, biased
>   procrustes:nuclear *          Procrustes similarity
>   procrustes:distance           Procrustes distance
$ isogloss help records | grep -c '^  [a-z]'
> 47
$ isogloss help records | grep '^  null '
>   null                  chance level: the value expected where nothing is shared
# pages are built in: as text where no terminal is, as roff for those who install them
$ isogloss man version
> NAME
>        isogloss-version - version, compiler and libraries
>
> SYNOPSIS
>        isogloss version [OPTION...]
>
> DESCRIPTION
>        Prints the version of the program, the compiler and libraries it was
>        built with, and what decides speed on this machine: the CPU, threads, the
>        instructions that the kernels of Isogloss use, what computes the
>        encoder's products, and the kernels of OpenBLAS, on which LAPACK runs,
>        and who chose them. isogloss --version is the same.
>
> OPTIONS
>        -h, --help
>               show this help.
>
> EXAMPLES
>          isogloss version
>
> EXIT STATUS
>        0 done; 2 the command line is wrong; 1 anything else failed; 130
>        interrupted.
>
> SEE ALSO
>        isogloss(1)
$ isogloss man --roff version | head -n 3
> .TH ISOGLOSS-VERSION 1 "" "isogloss *" "Isogloss"
> .SH NAME
> isogloss\-version \- version, compiler and libraries
$ for c in $(isogloss help | sed -n 's|^  \([a-z][a-z]*\) .*|\1|p'); do isogloss man $c > page && grep -q '^EXAMPLES' page && ! grep -e '^\.' -e '\\f' page && awk 'length > 90 && !/^         /' page; done
$ isogloss man | head -n 1
> NAME
$ isogloss man nope
2> isogloss: unknown command nope; *
? 2
$ isogloss tokenize --model xlm-roberta-base
2> isogloss tokenize: --model xlm-roberta-base: there is no such folder; a checkpoint is a folder with config.json, model.safetensors (or pytorch_model.bin) and the tokenizer's files, or a GGUF file. `git clone https://huggingface.co/xlm-roberta-base` (with git-lfs) or `hf download xlm-roberta-base --local-dir xlm-roberta-base` fetches one; then --model xlm-roberta-base
? 1
$ isogloss tokenize --model org/some-model 2>&1 | grep -c -e 'huggingface.co/org/some-model' -e '--local-dir some-model'
> 1
$ isogloss tokenize --model ./folder/
2> isogloss tokenize: --model ./folder/: there is no such folder; a checkpoint is a folder with config.json, model.safetensors (or pytorch_model.bin) and the tokenizer's files, or a GGUF file
? 1
