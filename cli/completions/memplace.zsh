#compdef memplace
# zsh completion for memplace, printed by `memplace completion zsh`; as a file it is _memplace.
# What completes is asked of the program itself.

_memplace() {
    local -a answer ended open
    local directive line name meaning
    answer=("${(@f)$("${(Q)words[1]}" __complete "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    (( ${#answer} )) || return 1
    directive=${answer[-1]}
    answer[-1]=()
    for line in "${answer[@]}"; do
        name=${line%%$'\t'*}
        meaning=${line#*$'\t'}
        line=${name//:/\\:}${meaning:+:$meaning}
        if [[ $name == *[=:,] ]]; then
            open+=("$line")
        else
            ended+=("$line")
        fi
    done
    local found=1
    (( ${#ended} )) && _describe -V memplace ended && found=0
    (( ${#open} )) && _describe -V memplace open -S '' && found=0
    [[ $directive == :none ]] || compset -P '--*='
    case $directive in
        :directories) _files -/ && found=0 ;;
        :files) _files && found=0 ;;
        :files\ *) _files -g "*(${(j:|:)${=directive#:files }})(-.)" && found=0 ;;
    esac
    return found
}

if [[ ${funcstack[1]} == _memplace ]]; then
    _memplace "$@"
else
    compdef _memplace memplace
fi
