# fish completion for memplace, printed by `memplace completion fish`.
# What completes is asked of the program itself.

function __memplace_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    set -l answer (eval $program __complete (string escape -- $words $current) 2>/dev/null)
    test (count $answer) -gt 0; or return
    set -l directive $answer[-1]
    set -e answer[-1]
    test (count $answer) -gt 0; and printf '%s\n' $answer
    set -l begun (string replace -r '^--[^=]*=' '' -- $current)
    set -l front (string sub -l (math (string length -- $current) - (string length -- $begun)) -- $current)
    switch $directive
        case ':directories'
            printf '%s\n' $front(__fish_complete_directories $begun '')
        case ':files'
            printf '%s\n' $front(__fish_complete_path $begun)
        case ':files *'
            for ending in (string split ' ' -- (string replace ':files ' '' -- $directive))
                printf '%s\n' $front(__fish_complete_suffix $begun $ending)
            end | sort -u
    end
end

complete -c memplace -f -a '(__memplace_complete)'
