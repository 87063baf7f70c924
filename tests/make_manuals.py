"""Writes the manual pages and shell completions of deploy/ from the classes of the options:

python -m tests.make_manuals
"""

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from twisted_chat import __version__
from twisted_chat.launch.ctl import ControlOptions
from twisted_chat.launch.doctor import DoctorOptions
from twisted_chat.launch.history import HistoryOptions
from twisted_chat.launch.link import LinkOptions
from twisted_chat.launch.tcpchat import TcpChatOptions
from twisted_chat.launch.udp_options import UdpChatOptions
from twisted_chat.server.daemon_options import RoomServerOptions
from twisted_chat.startup import Options
from twisted_chat.tcp.service import TcpDaemonOptions
from twisted_chat.trace.wanted import AnalysisOptions

DEPLOY = Path(__file__).parent.parent / "deploy"
_WIDTH = 100
_FILES = frozenset(
    {"config", "control", "html", "journal", "key", "keys", "terminal", "trace", "write"}
)
"""The options whose value is the name of a file."""
_PORTS = frozenset({"metrics", "port", "second-port"})
_OWN_FILES = (
    ("~/.config/twisted-chat/config.toml", "your name, servers and rooms"),
    ("~/.local/share/twisted-chat/", "your keys, those of others, and what was said"),
    ("~/.local/state/twisted-chat/", "what you have typed, in the line face"),
)
_SERVER_FILES = (
    ("~/.local/share/twisted-chat/server.pem", "the key of the room server"),
    ("~/.local/share/twisted-chat/room-server-PORT.sqlite", "names and rooms that outlive it"),
)
_STATUSES = (
    ("0", "all was done"),
    ("1", "something was not: a line says what"),
    ("2", "the command line is wrong: a line says what would be right"),
)


@dataclass(frozen=True)
class Command:
    """One command, as a person types it."""

    words: str
    options: type[Options]
    purpose: str
    section: int = 1
    files: Sequence[tuple[str, str]] = ()
    variables: Sequence[tuple[str, str]] = ()
    subcommands: Sequence[str] = ()
    orders: Sequence[str] = ()
    see: Sequence[str] = ()

    @property
    def page(self) -> str:
        """The name of its manual page."""
        return self.words.replace(" ", "-")


_DIRECTORIES = ("XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME", "where the files below are")
_NO_COLOR = ("NO_COLOR", "set to anything: no colours")
_KEY_LOG = ("SSLKEYLOGFILE", "a file for what opens our recorded traffic (docs/analysis.md)")
_ORDERS = (
    *("status", "users", "rooms", "who", "kick", "close", "ban", "unban", "bans"),
    *("drain", "undrain", "reload"),
)
COMMANDS = (
    Command(
        "udpchat",
        UdpChatOptions,
        "chat straight from person to person over UDP, or run a room server",
        files=(*_OWN_FILES, *_SERVER_FILES),
        variables=(_DIRECTORIES, _NO_COLOR, _KEY_LOG),
        subcommands=(
            *("identity", "link", "doctor", "ctl"),
            *("history", "search", "export", "import"),
        ),
        see=(
            *("udpchat-link(1)", "udpchat-doctor(1)", "udpchat-history(1)", "udpchat-ctl(1)"),
            *("tcpchat(1)", "chat-analyze(1)", "twistd-udpchat(8)"),
        ),
    ),
    Command(
        "udpchat link",
        LinkOptions,
        "show a line with which others get into a room",
        files=_OWN_FILES[:2],
        see=("udpchat(1)",),
    ),
    Command(
        "udpchat doctor",
        DoctorOptions,
        "say what the network does to you",
        files=_OWN_FILES[:2],
        see=("udpchat(1)",),
    ),
    Command(
        "udpchat history",
        HistoryOptions,
        "read, search, write out and take in what was said",
        files=_OWN_FILES[:2],
        see=("udpchat(1)",),
    ),
    Command(
        "udpchat ctl",
        ControlOptions,
        "look at a running room server and change it",
        orders=_ORDERS,
        see=("twistd-udpchat(8)",),
    ),
    Command(
        "tcpchat",
        TcpChatOptions,
        "chat between two people over one TCP connection",
        files=_OWN_FILES,
        variables=(_DIRECTORIES, _NO_COLOR),
        subcommands=("attach",),
        see=("udpchat(1)", "chat-analyze(1)", "twistd-tcpchat(8)"),
    ),
    Command(
        "chat-analyze",
        AnalysisOptions,
        "show the chats in a capture",
        variables=(("TMPDIR", "where it keeps what does not fit into memory"),),
        see=("udpchat(1)", "tcpchat(1)", "tcpdump(8)", "tshark(1)"),
    ),
    Command(
        "twistd udpchat",
        RoomServerOptions,
        "run the room server as a daemon",
        section=8,
        files=_SERVER_FILES,
        variables=(
            _DIRECTORIES,
            ("LISTEN_FDS", "the UDP port, where the service manager holds it"),
            ("NOTIFY_SOCKET, WATCHDOG_USEC", "where it says that it is ready, and that it lives"),
        ),
        see=("udpchat-ctl(1)", "udpchat(1)", "twistd(1)", "systemd.socket(5)"),
    ),
    Command(
        "twistd tcpchat",
        TcpDaemonOptions,
        "wait for a TCP chat as a daemon",
        section=8,
        variables=(
            ("NOTIFY_SOCKET, WATCHDOG_USEC", "where it says that it is ready, and that it lives"),
        ),
        see=("tcpchat(1)", "twistd(1)"),
    ),
)


@dataclass(frozen=True)
class Option:
    """One option of a command."""

    name: str
    short: str
    value: str
    """What stands for its value; empty for a flag."""
    about: str
    default: str

    @property
    def is_file(self) -> bool:
        return bool(self.value) and self.name in _FILES


def options_of(command: Command) -> list[Option]:
    """Its options, in the order of their names."""
    made = command.options()
    shorts = {long: short for short, long in made.synonyms.items() if len(short) == 1 != len(long)}
    found = []
    for spelled in made.longOpt:
        name = spelled.rstrip("=")
        given = made.defaults.get(name)
        value = ""
        if spelled.endswith("="):
            number = isinstance(given, (int, float))
            kind = "PORT" if name in _PORTS else "N" if number else name.upper()
            value = "FILE" if name in _FILES else kind
        default = "" if given is None or not value or given == "" else f"{given}"
        about = " ".join(made.docs[name].split()).rstrip(".")
        found.append(Option(name, shorts.get(name, ""), value, about, default))
    return sorted(found, key=lambda option: option.name)


def escaped(text: str) -> str:
    """A text as troff wants it, on one line."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{text}" if text.startswith((".", "'")) else text


def paragraph(text: str) -> list[str]:
    """A text in lines of the source."""
    return [escaped(line) for line in textwrap.wrap(text, _WIDTH, break_on_hyphens=False)]


def manual(command: Command) -> str:
    """The manual page of a command, in the macros of man(7)."""
    synopsis = vars(command.options)["synopsis"]
    if command.words.startswith("udpchat "):
        synopsis = synopsis.removeprefix(command.words.split()[1]).strip()
    version = f"twisted\\-chat {escaped(__version__)}"
    lines = [
        '.\\" Made of the classes of the options by python \\-m tests.make_manuals.',
        f'.TH {command.page.upper()} {command.section} "" "{version}" "twisted\\-chat"',
        ".SH NAME",
        f"{escaped(command.page)} \\- {escaped(command.purpose)}",
        ".SH SYNOPSIS",
        f".B {escaped(command.words)}",
        *paragraph(synopsis),
        ".SH DESCRIPTION",
        *paragraph(vars(command.options)["longdesc"]),
        ".SH OPTIONS",
    ]
    for option in options_of(command):
        names = [f"\\-{option.short}"] * bool(option.short) + [f"\\-\\-{escaped(option.name)}"]
        value = f" \\fI{escaped(option.value)}\\fR" if option.value else ""
        lines += [".TP", ", ".join(f"\\fB{name}\\fR{value}" for name in names)]
        default = f" ({option.default} unless given)" if option.default else ""
        lines += paragraph(f"{option.about}{default}.")
    for title, entries in (
        ("EXIT STATUS", _STATUSES),
        ("ENVIRONMENT", command.variables),
        ("FILES", command.files),
    ):
        if entries:
            lines.append(f".SH {title}")
        for name, about in entries:
            lines += [".TP", f"\\fB{escaped(name)}\\fR", *paragraph(f"{about}.")]
    if command.see:
        pages = (re.sub(r"(.+)(\(\d\))", r"\\fB\1\\fR\2", escaped(page)) for page in command.see)
        lines += [".SH SEE ALSO", ", ".join(pages)]
    return "\n".join(lines) + "\n"


def families() -> Iterator[tuple[str, list[Command]]]:
    """Each program that is typed, with its commands; the program itself is the first."""
    for main in COMMANDS:
        if " " not in main.words:
            yield main.words, [one for one in COMMANDS if one.words.split()[0] == main.words]


def _cases(commands: list[Command]) -> Iterator[tuple[list[str], Command]]:
    """Which first words choose which command."""
    for command in commands[1:]:
        word = command.words.split()[1]
        yield ["history", "search", "export", "import"] if word == "history" else [word], command


def bash(program: str, commands: list[Command]) -> str:
    """Completion for bash."""
    lines = [
        f"# Completion of {program} for bash; made by python -m tests.make_manuals.",
        f"_{program.replace('-', '_')}() {{",
        '    local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"',
        '    local options words="" files=""',
        '    case "${COMP_WORDS[1]}" in',
    ]
    main = commands[0]
    for words, command in [*_cases(commands), (["*"], main)]:
        found = options_of(command)
        lines.append(f"    {'|'.join(words)})")
        lines.append(f'        options="{" ".join(f"--{option.name}" for option in found)}"')
        paths = [f"--{option.name}" for option in found if option.is_file]
        values = [f"--{option.name}" for option in found if option.value and not option.is_file]
        if paths:
            lines.append(f'        case "$before" in {"|".join(paths)}) files=yes;; esac')
        if values:
            lines.append(f'        case "$before" in {"|".join(values)}) return;; esac')
        if command.orders:
            lines.append(f'        words="{" ".join(command.orders)}"')
        lines.append("        ;;")
    lines.append("    esac")
    if main.subcommands:
        lines.append(f'    [ "$COMP_CWORD" = 1 ] && words="{" ".join(main.subcommands)}"')
    if program == "chat-analyze":
        lines.append('    case "$word" in -*) ;; *) files=yes;; esac')
    lines += [
        '    if [ -n "$files" ]; then COMPREPLY=($(compgen -f -- "$word")); return; fi',
        '    case "$word" in -*) words="$options";; esac',
        '    COMPREPLY=($(compgen -W "$words" -- "$word"))',
        "}",
        f"complete -o filenames -F _{program.replace('-', '_')} {program}",
    ]
    return "\n".join(lines) + "\n"


def _zsh_quoted(text: str) -> str:
    return re.sub(r"([\[\]:\\])", r"\\\1", text).replace("'", "'\\''")


def zsh(program: str, commands: list[Command]) -> str:
    """Completion for zsh."""
    main = commands[0]
    lines = [
        f"#compdef {program}",
        f"# Completion of {program} for zsh; made by python -m tests.make_manuals.",
        "local -a options",
        "case $words[2] in",
    ]
    for words, command in [*_cases(commands), (["*"], main)]:
        lines += [f"{'|'.join(words)})", "    options=("]
        for option in options_of(command):
            about = f"[{_zsh_quoted(option.about)}]"
            value = ""
            if option.value:
                value = f":{option.value.lower()}:" + ("_files" if option.is_file else "")
            lines.append(f"        '--{option.name}{about}{value}'")
        if command.orders:
            lines.append(f"        '2:order:({' '.join(command.orders)})'")
        lines += ["    )", "    ;;"]
    lines.append("esac")
    if main.subcommands:
        first = f"'1:command:({' '.join(main.subcommands)})'"
    else:
        first = "'1:capture:_files'" if program == "chat-analyze" else "'1:: '"
    lines.append(f"_arguments -s {first} $options '*:: '")
    return "\n".join(lines) + "\n"


def fish(program: str, commands: list[Command]) -> str:
    """Completion for fish."""
    main = commands[0]
    lines = [f"# Completion of {program} for fish; made by python -m tests.make_manuals."]
    if program != "chat-analyze":
        lines.append(f"complete -c {program} -f")
    if main.subcommands:
        words = " ".join(main.subcommands)
        lines.append(f"complete -c {program} -n __fish_is_first_token -a '{words}'")
    chosen = [word for words, _ in _cases(commands) for word in words]
    for first, command in [*_cases(commands), ([], main)]:
        if first:
            seen = f"__fish_seen_subcommand_from {' '.join(first)}"
        elif chosen:
            seen = f"not __fish_seen_subcommand_from {' '.join(chosen)}"
        else:
            seen = ""
        where = f" -n '{seen}'" if seen else ""
        for option in options_of(command):
            short = f" -s {option.short}" if option.short else ""
            value = (" -rF" if option.is_file else " -x") if option.value else ""
            about = option.about.replace("\\", "\\\\").replace("'", "\\'")
            lines.append(
                f"complete -c {program}{where} -l {option.name}{short}{value} -d '{about}'"
            )
        if command.orders:
            lines.append(f"complete -c {program}{where} -a '{' '.join(command.orders)}'")
    return "\n".join(lines) + "\n"


def written() -> dict[Path, str]:
    """Each file, and what belongs into it."""
    found = {
        DEPLOY / "man" / f"{command.page}.{command.section}": manual(command)
        for command in COMMANDS
    }
    for program, commands in families():
        completions = DEPLOY / "completions"
        found[completions / f"{program}.bash"] = bash(program, commands)
        found[completions / f"_{program}"] = zsh(program, commands)
        found[completions / f"{program}.fish"] = fish(program, commands)
    return found


def main() -> None:
    """Write the files."""
    for path, text in written().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


if __name__ == "__main__":
    main()
