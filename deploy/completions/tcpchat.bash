# Completion of tcpchat for bash; made by python -m tests.make_manuals.
_tcpchat() {
    local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"
    local options words="" files=""
    case "${COMP_WORDS[1]}" in
    *)
        options="--connect --help --json --line --listen --trace --trace-size --version"
        case "$before" in --trace) files=yes;; esac
        case "$before" in --connect|--listen|--trace-size) return;; esac
        ;;
    esac
    [ "$COMP_CWORD" = 1 ] && words="attach"
    if [ -n "$files" ]; then COMPREPLY=($(compgen -f -- "$word")); return; fi
    case "$word" in -*) words="$options";; esac
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o filenames -F _tcpchat tcpchat
