# What fails says so in one line, with the thing and the way out; 2 is for what the command line
# alone shows wrong, 1 for all else.
$ isogloss compare
2> isogloss compare: needs an INPUT, such as states.h5 (*`isogloss help compare`)
? 2
$ isogloss compare nofile.h5
2> isogloss compare: nofile.h5: No such file or directory
? 1
$ isogloss compare .
2> isogloss compare: *
? 1
$ isogloss compare $S/LICENSE
2> isogloss compare: *LICENSE: is in no known format*
? 1
$ cp $S/examples/states/mini.h5 states.h5
$ isogloss compare states.h5 --layers last --csv - > /dev/full
2> isogloss compare: standard output: No space left on device
? 1
$ isogloss compare states.h5 --layers last --json /dev/full
2> isogloss compare: /dev/full: cannot write: No space left on device
? 1
$ isogloss compare states.h5 --layers last --json no/such/folder.json
2> isogloss compare: no/such/folder.json: cannot create: No such file or directory
? 1
$ isogloss compare states.h5 --src dee
2> isogloss compare: states.h5: no language 'dee' (did you mean 'de'?) among its *: *
? 1
$ isogloss compare states.h5 --layers 99
2> isogloss compare: states.h5: en has no layer 99 (its last is 4)
? 1
$ isogloss compare states.h5 states.h5
2> isogloss compare: states.h5: en, layer 0 was already read from states.h5
? 1
$ isogloss compare states.h5 --mem much
2> isogloss compare: --mem: much is not a size; say it like 512M or 2G (see `isogloss help compare`)
? 2
$ isogloss compare states.h5 --against
2> isogloss compare: --against needs a value: INPUT... (see `isogloss help compare`)
? 2
# what the command line alone shows wrong is said before any file is opened
$ isogloss compare nofile.h5 --measure nope
2> isogloss compare: unknown measure 'nope'; there are cka, cosine, centroid, procrustes (see `isogloss help compare`)
? 2
$ isogloss compare nofile.h5 --measure ckaa
2> isogloss compare: unknown measure 'ckaa'; did you mean 'cka'? (see `isogloss help compare`)
? 2
# a measure of the field that is not built is no misspelling
$ isogloss compare states.h5 --measure cca
2> isogloss compare: measure 'cca' is not among these: cka, cosine, centroid, procrustes (see `isogloss help compare`)
? 2
$ isogloss compare states.h5 --measure cka,rv
2> isogloss compare: measure 'rv' is not among these: cka, cosine, centroid, procrustes; the RV coefficient is cka:biased (see `isogloss help compare`)
? 2
$ isogloss report nofile.h5 -o page --measure cosine:ra
2> isogloss report: unknown estimator 'ra' of cosine; did you mean 'raw'? (see `isogloss help report`)
? 2
$ isogloss centroids nofile.h5 --measure centroid:
2> isogloss centroids: 'centroid:' is not a list of measures (cka,cosine:raw) (see `isogloss help centroids`)
? 2
$ for l in x 3-1 0,, last-0 -1 2-; do isogloss compare nofile.h5 --layers=$l; done
2> isogloss compare: --layers takes a list like 0,3-6,last, not 'x' (*
2> isogloss compare: --layers takes a list like 0,3-6,last, not '3-1' (*
2> isogloss compare: --layers takes a list like 0,3-6,last, not '' (*
2> isogloss compare: --layers takes a list like 0,3-6,last, not 'last-0' (*
2> isogloss compare: --layers takes a list like 0,3-6,last, not '-1' (*
2> isogloss compare: --layers takes a list like 0,3-6,last, not '2-' (*
? 2
$ isogloss compare nofile.h5 --pairs all --src en
2> isogloss compare: --pairs all and --src exclude each other (*
? 2
$ isogloss compare nofile.h5 --tgt de,,fr
2> isogloss compare: --tgt takes a list like de,fr, not 'de,,fr' (*
? 2
$ isogloss compare nofile.h5 --interval jackknife --algorithm sums
2> isogloss compare: --interval jackknife is not made by the sums algorithm (*
? 2
$ isogloss compare nofile.h5 --interval groups --algorithm gram
2> isogloss compare: --interval groups is not made by the gram algorithm (*
? 2
$ isogloss compare nofile.h5 --interval boot-items
2> isogloss compare: --interval: boot-items is not one of: none jackknife groups (*
? 2
$ isogloss compare nofile.h5 --difference
2> isogloss compare: --difference needs --against INPUT (*
? 2
$ isogloss compare nofile.h5 --layout nativ
2> isogloss compare: --layout: nativ is not one of: native per-sentence matrix npy npz safetensors torch vllm zarr csv jsonl raw (*
? 2
$ isogloss compare nofile.h5 --plot x.jpg
2> isogloss compare: --plot x.jpg: a figure ends in .svg, .pdf, .png or .gp (*
? 2
$ isogloss compare nofile.h5 --json x --csv x
2> isogloss compare: --json and --csv both write x; give each its own file (*
? 2
$ isogloss comprae nofile.h5
2> isogloss: unknown command comprae; did you mean compare?
? 2
$ isogloss compare nofile.h5 --mesure cka
2> isogloss compare: unknown option --mesure; did you mean --measure? (*
? 2
# where nothing can be written is said before the work
$ isogloss compare nofile.h5 --plot no/such/figure.svg
2> isogloss compare: no/such/figure.svg: cannot create: No such file or directory
? 1
$ isogloss compare nofile.h5 --csv .
2> isogloss compare: .: is a directory, cannot be written
? 1
$ isogloss compare states.h5 --tgt en
2> isogloss compare: states.h5: en would be compared with itself: choose with --src, --tgt
? 1
# nothing is left behind
$ ls
> states.h5
