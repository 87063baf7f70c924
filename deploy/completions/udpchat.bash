# Completion of udpchat for bash; made by python -m tests.make_manuals.
_udpchat() {
    local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"
    local options words="" files=""
    case "${COMP_WORDS[1]}" in
    link)
        options="--config --help --qr --server-key --version"
        case "$before" in --config) files=yes;; esac
        case "$before" in --server-key) return;; esac
        ;;
    doctor)
        options="--config --help --json --port --server-key --version"
        case "$before" in --config) files=yes;; esac
        case "$before" in --port|--server-key) return;; esac
        ;;
    history|search|export|import)
        options="--config --count --format --help --key --name --plain --server --version"
        case "$before" in --config|--key) files=yes;; esac
        case "$before" in --count|--format|--name|--server) return;; esac
        ;;
    ctl)
        options="--control --help --json --port --version"
        case "$before" in --control) files=yes;; esac
        case "$before" in --port) return;; esac
        words="status users rooms who kick close ban unban bans drain undrain reload"
        ;;
    *)
        options="--answer-rate --batch --burst --config --control --direct-only --generation --help --interface --journal --json --key --keyed-share --line --max-datagram --max-members --max-name --max-names --max-names-per-host --max-rooms --max-rooms-joined --max-rooms-per-host --max-rooms-per-user --max-users --max-users-per-host --metrics --name --name-ttl --no-port-mapping --no-relay --no-store --plain --port --public-answer-rate --rate --reached-at --relay-rate --relay-rate-in-all --relay-user-rate --room-ttl --second-port --server-key --trace --trace-size --user-ttl --version"
        case "$before" in --config|--control|--journal|--key|--trace) files=yes;; esac
        case "$before" in --answer-rate|--batch|--burst|--generation|--interface|--keyed-share|--max-datagram|--max-members|--max-name|--max-names|--max-names-per-host|--max-rooms|--max-rooms-joined|--max-rooms-per-host|--max-rooms-per-user|--max-users|--max-users-per-host|--metrics|--name|--name-ttl|--port|--public-answer-rate|--rate|--reached-at|--relay-rate|--relay-rate-in-all|--relay-user-rate|--room-ttl|--second-port|--server-key|--trace-size|--user-ttl) return;; esac
        ;;
    esac
    [ "$COMP_CWORD" = 1 ] && words="identity link doctor ctl history search export import"
    if [ -n "$files" ]; then COMPREPLY=($(compgen -f -- "$word")); return; fi
    case "$word" in -*) words="$options";; esac
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o filenames -F _udpchat udpchat
