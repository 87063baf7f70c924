# Completion of chat-analyze for bash; made by python -m tests.make_manuals.
_chat_analyze() {
    local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"
    local options words="" files=""
    case "${COMP_WORDS[1]}" in
    *)
        options="--columns --follow --follow-text --from --help --hex --host --html --json --keys --kind --ladder --name --port --room --to --version --wireshark --write"
        case "$before" in --html|--keys|--write) files=yes;; esac
        case "$before" in --columns|--follow-text|--from|--host|--kind|--name|--port|--room|--to) return;; esac
        ;;
    esac
    case "$word" in -*) ;; *) files=yes;; esac
    if [ -n "$files" ]; then COMPREPLY=($(compgen -f -- "$word")); return; fi
    case "$word" in -*) words="$options";; esac
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o filenames -F _chat_analyze chat-analyze
