needs bash
$ isogloss completion
2> isogloss completion: say which shell: bash or zsh (see `isogloss help completion`)
? 2
$ isogloss completion bash > c && bash -n c && echo parsed
> parsed
$ isogloss completion zsh | head -n 1
> #compdef isogloss
$ bash -c '. ./c; COMP_WORDS=(isogloss vers); COMP_CWORD=1; _isogloss; echo ${COMPREPLY[@]}'
> version
$ bash -c '. ./c; COMP_WORDS=(isogloss version --h); COMP_CWORD=2; _isogloss; echo ${COMPREPLY[@]}'
> --help
$ bash -c '. ./c; COMP_WORDS=(isogloss compare --pool m); COMP_CWORD=3; _isogloss; echo ${COMPREPLY[@]}'
> mean mean-special max max-special mean-sqrt
# where a command has its own values, these
$ bash -c '. ./c; COMP_WORDS=(isogloss embed --pool w); COMP_CWORD=3; _isogloss; echo ${COMPREPLY[@]}'
> weighted word
$ bash -c '. ./c; COMP_WORDS=(isogloss embed --dtype f); COMP_CWORD=3; _isogloss; echo ${COMPREPLY[@]}'
> f16 f32
$ bash -c '. ./c; COMP_WORDS=(isogloss convert -o c); COMP_CWORD=3; _isogloss; echo ${COMPREPLY[@]}'
> c
