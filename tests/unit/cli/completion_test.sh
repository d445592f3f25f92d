#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The completion script inside a shell, or the man pages before a tool that judges them.
# usage: completion_test.sh PROGRAM bash|zsh|fish|groff|lexgrog|mandoc
set -uo pipefail
program=$1
tool=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/bin" "$folder/here" "$folder/here/some chips"
ln -s "$program" "$folder/bin/memplace"
PATH=$folder/bin:$PATH
cd "$folder/here" || exit 1
touch net.onnx net.yaml notes.txt
failures=0

# expect WHAT EXPECTED FOUND
expect() {
    if [ "$2" != "$3" ]; then
        printf '%s: expected %q, found %q\n' "$1" "$2" "$3" >&2
        failures=$((failures + 1))
    fi
}

# bash: the words that it would put in, for a line split as readline splits it.
if [ "$tool" = bash ]; then
    compopt() { options+="$*;"; }
    COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
    eval "$(memplace completion bash)"
    in_bash() {
        local blank rest=$1 part
        COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDS=() COMPREPLY=() options=
        while [[ -n $rest ]]; do
            blank=${rest%%[! ]*}
            rest=${rest#"$blank"}
            if [[ $rest == [=:]* ]]; then
                part=${rest:0:1}
            else
                part=${rest%%[ =:]*}
            fi
            [[ -n $part ]] && COMP_WORDS+=("$part")
            rest=${rest#"$part"}
        done
        [[ $1 == *' ' ]] && COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _memplace
        found=${COMPREPLY[*]}
    }
    in_bash 'memplace sim'
    expect 'bash: a command' simulate "$found"
    in_bash 'memplace simulate resnet50 --format '
    expect 'bash: a choice' 'text json csv' "$found"
    in_bash 'memplace simulate --mapping all:s'
    expect 'bash: behind a colon' sram "$found"
    in_bash 'memplace simulate --mapping all:'
    expect 'bash: after a colon' 'dram llc sram' "$found"
    in_bash 'memplace simulate --format=j'
    expect 'bash: behind an equals sign' json "$found"
    in_bash 'memplace optimize net.yaml --strategy beam --option ord'
    expect 'bash: an option of a strategy' order= "$found"
    expect 'bash: it goes on' 'nospace;' "${options/-o /}"
    in_bash 'memplace simulate ne'
    expect 'bash: files that may be networks' 'net.onnx net.yaml' \
        "$(printf '%s\n' "${COMPREPLY[@]}" | sort | paste -sd ' ')"
    expect 'bash: they are escaped' 'filenames;' "${options/-o /}"
    in_bash 'memplace simulate -o no'
    expect 'bash: any file' notes.txt "$found"
    in_bash 'memplace optimize --out so'
    expect 'bash: a directory' 'some chips' "$found"
fi

if [ "$tool" = zsh ]; then
    memplace completion zsh >"$folder/_memplace"
    # A shell of its own, at a terminal of its own, where tab is pressed.
    cat >"$folder/setup.zsh" <<END
path=($folder/bin \$path)
fpath=($folder \$fpath)
autoload -U compinit
compinit -u -D
unsetopt zle_bracketed_paste
show() { print -r -- "<<\$BUFFER>>"; }
zle -N show
bindkey "^X" show
stty -echo
print READY
END
    cat >"$folder/press.zsh" <<'END'
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "source $2"
while zpty -r shell line && [[ $line != *READY* ]]; do :; done
zpty -w -n shell "$1"$'\t\x18'
found=
while zpty -r shell line; do
    found+=$line
    [[ $found == *'<<'*'>>'* ]] && break
done
print -r -- "${${found##*<<}%%>>*}"
END
    in_zsh() { timeout 20 zsh -f "$folder/press.zsh" "$1" "$folder/setup.zsh"; }
    expect 'zsh: a command' 'memplace simulate ' "$(in_zsh 'memplace simu')"
    expect 'zsh: behind a colon' 'memplace simulate --mapping all:sram ' \
        "$(in_zsh 'memplace simulate --mapping all:s')"
    expect 'zsh: it goes on' 'memplace optimize --strategy beam --option order=' \
        "$(in_zsh 'memplace optimize --strategy beam --option ord')"
    expect 'zsh: a file' 'memplace simulate net.onnx ' "$(in_zsh 'memplace simulate net.o')"
fi

if [ "$tool" = fish ]; then
    export HOME=$folder
    memplace completion fish >"$folder/memplace.fish"
    in_fish() {
        fish --no-config -c "source '$folder/memplace.fish'; complete -C '$1'" | cut -f 1 | tr '\n' ' '
    }
    expect 'fish: a command' 'simulate ' "$(in_fish 'memplace sim')"
    expect 'fish: behind a colon' 'all:sram ' "$(in_fish 'memplace simulate --mapping all:s')"
    expect 'fish: behind an equals sign' '--format=json ' "$(in_fish 'memplace simulate --format=j')"
    expect 'fish: a file' 'net.onnx ' "$(in_fish 'memplace simulate net.o')"
    expect 'fish: a directory' 'some chips/ ' "$(in_fish 'memplace optimize --out so')"
fi

memplace generate man --out pages || failures=$((failures + 1))
for page in pages/*.1; do
    case $tool in
    groff) expect "groff: $page" '' "$(groff -ww -man -Tutf8 -z "$page" 2>&1)" ;;
    lexgrog) lexgrog "$page" >/dev/null || failures=$((failures + 1)) ;;
    mandoc) expect "mandoc: $page" '' "$(mandoc -T lint -W error "$page" 2>&1)" ;;
    esac
done

[ "$failures" -eq 0 ]
