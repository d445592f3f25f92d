# bash completion for memplace, printed by `memplace completion bash`. Needs bash 4.4.
# What completes is asked of the program itself.

_memplace() {
    # bash splits words at = and : as well; here they end at blanks only.
    local rest=${COMP_LINE:0:COMP_POINT} word i
    local -a words=()
    for ((i = 0; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if ((i > 0)) && [[ $rest != [[:space:]]* ]]; then
            words[-1]+=$word
        else
            words+=("$word")
        fi
        rest=${rest#"${rest%%[![:space:]]*}"}
        rest=${rest#"$word"}
    done
    if ((COMP_CWORD > 0)) && [[ -n $rest && $rest != [[:space:]]* ]]; then
        words[-1]+=$rest
    elif [[ -z $rest && ${COMP_LINE:COMP_POINT-1:1} != [[:space:]] ]]; then
        : # the line ends with the last word read
    else
        words+=("${rest#"${rest%%[![:space:]]*}"}")
    fi
    local cur=${words[-1]}

    local -a answer=()
    mapfile -t answer < <("${words[0]/#\~/$HOME}" __complete "${words[@]:1}" 2>/dev/null)
    ((${#answer[@]})) || return 0
    local directive=${answer[-1]}
    unset 'answer[-1]'
    COMPREPLY=("${answer[@]%%$'\t'*}")

    local begun=$cur name ending
    [[ $cur == --*=* ]] && begun=${cur#*=}
    case $directive in
        :directories)
            compopt -o filenames
            while IFS= read -r name; do
                COMPREPLY+=("$name")
            done < <(compgen -d -- "$begun")
            ;;
        :files*)
            compopt -o filenames
            while IFS= read -r name; do
                if [[ $directive == :files || -d ${name/#\~/$HOME} ]]; then
                    COMPREPLY+=("$name")
                    continue
                fi
                for ending in ${directive#:files }; do
                    [[ $name == *"$ending" ]] && COMPREPLY+=("$name")
                done
            done < <(compgen -f -- "$begun")
            ;;
    esac

    # Of a word that bash splits, it replaces the last part alone.
    local breaks=${COMP_WORDBREAKS//[^:=]/} prefix
    if [[ -n $breaks && $cur == *[$breaks]* ]]; then
        prefix=${cur%"${cur##*[$breaks]}"}
        COMPREPLY=("${COMPREPLY[@]#"$prefix"}")
    fi
    if ((${#COMPREPLY[@]} == 1)) && [[ ${COMPREPLY[0]} == *[=:,] ]]; then
        compopt -o nospace
    fi
    return 0
}

complete -F _memplace memplace
