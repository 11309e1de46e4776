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
> `man isogloss-version` has examples.
# the two ways to ask are one
$ isogloss help completion > a; isogloss completion --help > b; cmp a b
# a command's own entry replaces the general one
$ isogloss help embed | grep -A 2 -e --pool; isogloss help compare | grep -A 1 -e --pool
>   --pool KIND           what a row stands for (default: mean): mean mean-special cls last max
>                         none word types
>   --dtype TYPE          number type of what is written (default: f16): f16 f32
>   --pool KIND           token rows to one row an item (default: mean): mean cls last max none
>   --axes ORDER          axes of states that may be read in several ways: L layers, N items or
$ isogloss help help version
2> isogloss help: one command at a time, not 2 (see `isogloss help help`)
? 2
$ isogloss help hepl
2> isogloss: unknown command hepl; did you mean help?
? 2
