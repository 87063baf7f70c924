"""A day in the life of a room server: what docs/operations.md says, done from an empty folder.

python -m tests.day

It installs, configures and starts a server by the rules of its unit (by systemd itself where that
runs, and as systemd would where it does not), lets people chat, looks at the figures, reloads,
bans, backs up, kills, loses and restores the names, and upgrades. Each step is shown, and checked.
"""

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
from collections.abc import Callable, Iterator
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
HOST = "127.0.0.1"
PATIENCE = 60.0
"""Seconds for each thing that is waited for."""
USERS = 'udpchat_users{generation="2"} 2.0'
"""What the figures say of two users with a key."""
TO_INSTALL = 600.0
"""Seconds for an installation."""


def step(text: str) -> None:
    """Say what comes."""
    sys.stdout.write(f"* {text}\n")
    sys.stdout.flush()


def check(held: bool, what: str) -> None:
    """End the day where this did not hold."""
    if not held:
        sys.exit(f"NOT TRUE: {what}")
    sys.stdout.write(f"    {what}\n")
    sys.stdout.flush()


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until this holds, and say so."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if holds():
                break
        time.sleep(0.05)  # Nothing tells of what other programs do.
    check(holds(), what)


class Person:
    """A peer, in orders and events."""

    def __init__(self, day: "Day", name: str) -> None:
        self._events = day.folder / f"{name}.events"
        with self._events.open("wb") as events:
            self._process = subprocess.Popen(
                [str(day.bin / "udpchat"), HOST, str(day.port), "--name", name, "--json"],
                stdin=subprocess.PIPE,
                stdout=events,
                env=day.environment(name),
            )
        day.programs.append(self._process)
        self.name = name

    def events(self, event: str) -> list[dict[str, Any]]:
        """All of this kind so far."""
        whole = self._events.read_text().rpartition("\n")[0]
        told = [json.loads(line) for line in whole.splitlines()]
        return [one for one in told if one["event"] == event]

    def do(self, **order: str) -> None:
        """Give an order."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()

    def leave(self) -> int:
        """Type nothing more; the exit status."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        return self._process.wait(PATIENCE)


class Unit:
    """A unit of deploy/, whose folders are all in one of ours."""

    def __init__(self, file: Path, folder: Path, prefix: Path) -> None:
        parser = RawConfigParser(strict=False)
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        parser.read(file)
        self.rules = dict(parser["Service"])
        self._moved = {
            "/opt/twisted-chat": prefix,
            "/etc/twisted-chat": folder / "etc",
            "/run/twisted-chat": folder / "run",
            "/var/lib": folder / "var",
        }

    def _here(self, text: str) -> str:
        for before, after in self._moved.items():
            text = text.replace(before, str(after))
        return text

    @property
    def command(self) -> list[str]:
        """What it starts."""
        return shlex.split(self._here(self.rules["ExecStart"]))

    @property
    def environment(self) -> dict[str, str]:
        """What it sets."""
        words = shlex.split(self._here(self.rules["Environment"]))
        return dict(word.split("=", 1) for word in words)

    def seconds(self, rule: str) -> float:
        """A rule that is a number of seconds."""
        return float(self.rules[rule])


class Manager:
    """Starts a server by its unit, as systemd would: notified, watched, restarted on failure."""

    def __init__(self, unit: Unit, folder: Path) -> None:
        self._unit = unit
        self._log = folder / "server.log"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(folder / "notify"))
        self._environment = {
            **os.environ,
            **unit.environment,
            "NOTIFY_SOCKET": str(folder / "notify"),
            "WATCHDOG_USEC": f"{unit.seconds('WatchdogSec') * 1e6:.0f}",
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """All that the server has said."""
        return self._log.read_text()

    def start(self) -> None:
        """Start it, and wait until it says that it is ready."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._unit.command, env=self._environment, stdout=log, stderr=log
            )
        self._socket.settimeout(PATIENCE)
        while self._socket.recv(99) != b"READY=1":
            pass

    def lives(self) -> bool:
        """Whether it says so within the time that it has for it."""
        self._socket.settimeout(self._unit.seconds("WatchdogSec"))
        return self._socket.recv(99) == b"WATCHDOG=1"

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def restart_after_failure(self) -> None:
        """What Restart=on-failure does once it has died."""
        assert self._process is not None
        check(self._process.wait(PATIENCE) != 0, "it died")
        time.sleep(self._unit.seconds("RestartSec"))
        self.start()

    def stop(self) -> None:
        """End it, unless it has ended."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(self._unit.seconds("TimeoutStopSec"))
        self._process = None


class SystemManager(Manager):
    """Has systemd start it, by the rules of the unit that do not say where its folders are."""

    RULES = ("Restart", "RestartSec", "WatchdogSec", "TimeoutStopSec")
    ELSEWHERE = re.compile(r"Directory|Exec|User|Protect(Home|System)|PrivateTmp|Type|Environment")

    def __init__(self, unit: Unit, folder: Path) -> None:
        super().__init__(unit, folder)
        self._name = f"twisted-chat-day-{os.getpid()}"

    @staticmethod
    def there() -> bool:
        """Whether systemd runs this machine, and does what we say."""
        return Path("/run/systemd/system").is_dir() and os.getuid() == 0

    def start(self) -> None:
        """Start it; systemd-run is back when it is ready."""
        rules = [
            f"--property={rule}={value}"
            for rule, value in self._unit.rules.items()
            if not self.ELSEWHERE.search(rule)
        ]
        given = [f"--setenv={name}={value}" for name, value in self._unit.environment.items()]
        log = [f"--property=Standard{one}=append:{self._log}" for one in ("Output", "Error")]
        subprocess.run(
            [
                *("systemd-run", "--quiet", "--collect", f"--unit={self._name}"),
                *("--service-type=notify", *rules, *given, *log, *self._unit.command),
            ],
            check=True,
        )

    def lives(self) -> bool:
        """Whether systemd, which watches, has it active."""
        asked = ["systemctl", "is-active", "--quiet", self._name]
        return subprocess.run(asked, check=False).returncode == 0

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        subprocess.run(["systemctl", "kill", f"--signal={number.name}", self._name], check=True)

    def restart_after_failure(self) -> None:
        """Wait until systemd has it again."""
        until(self.lives, "systemd has started it again")

    def stop(self) -> None:
        """End it."""
        subprocess.run(["systemctl", "stop", self._name], check=False)


class Day:
    """The folder in which all is, and what runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.prefix = folder / "opt"
        self.bin = self.prefix / "bin"
        self.port, self.metrics = _free(socket.SOCK_DGRAM), _free(socket.SOCK_STREAM)
        self.programs: list[subprocess.Popen[bytes]] = []
        for name in ("etc", "run", "var"):
            (folder / name).mkdir(mode=0o700)
        self.config = folder / "etc" / "server.toml"
        self.data = folder / "var" / "twisted-chat"
        self.names = self.data / f"room-server-{self.port}.sqlite"
        unit = Unit(ROOT / "deploy" / "udpchat.service", folder, self.prefix)
        self.server = (SystemManager if SystemManager.there() else Manager)(unit, folder)

    def environment(self, name: str) -> dict[str, str]:
        """That of a person, whose keys are their own."""
        home = self.folder / "home" / name
        home.mkdir(parents=True, exist_ok=True)
        places = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME")
        return {**os.environ, **dict.fromkeys(places, str(home))}

    def install(self) -> None:
        """The `pip install` of the documents."""
        subprocess.run(
            [self.bin / "pip", "install", "--quiet", f"{ROOT}[metrics]"],
            check=True,
            timeout=TO_INSTALL,
        )

    def ctl(self, *words: str) -> tuple[int, str]:
        """What an operator is told."""
        control = self.folder / "run" / "control.sock"
        done = subprocess.run(
            [self.bin / "udpchat", "ctl", "--control", control, *words],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def asked(self, path: str) -> str:
        """What the port for Prometheus answers."""
        with urllib.request.urlopen(f"http://{HOST}:{self.metrics}/{path}") as answer:
            return str(answer.read().decode())

    def refused(self, name: str) -> bool:
        """Whether somebody new who wants this name is sent away."""
        stranger = Person(self, name)
        return stranger.leave() == 1

    def end(self) -> None:
        """End what runs."""
        for program in self.programs:
            if program.poll() is None:
                program.kill()
                program.wait()
        self.server.stop()


def _free(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])


def back_up(day: Day, to: Path) -> None:
    """Copy the names while the server runs, and its key."""
    with (
        contextlib.closing(sqlite3.connect(day.names)) as names,
        contextlib.closing(sqlite3.connect(to / day.names.name)) as copy,
    ):
        names.backup(copy)
    shutil.copy(day.data / "server.pem", to)


def live(day: Day) -> None:
    """The day itself."""
    step("install")
    venv.create(day.prefix, with_pip=True)
    day.install()

    step("configure")
    text = (ROOT / "deploy" / "server.toml").read_text()
    text = re.sub(r"(?m)^port = .*", f"port = {day.port}", text)
    text = re.sub(r"(?m)^# metrics = \d+", f"metrics = {day.metrics}", text)
    day.config.write_text(text)
    checked = subprocess.run(
        [day.bin / "twistd", "udpchat", "--config", day.config, "--check-config"],
        capture_output=True,
        text=True,
        check=False,
    )
    check("is right" in checked.stdout, "the configuration is right")

    step(f"start by the unit, with {type(day.server).__name__}")
    day.server.start()
    key = re.search(r"my key is (\S+)", day.server.log)
    check(key is not None, "it is ready, and its key is in the log")

    step("chat")
    alice, bob = Person(day, "alice"), Person(day, "bob")
    until(lambda: bool(bob.events("registered_as")), "bob is there")
    alice.do(do="roomcreate", room="lab")
    until(lambda: bool(alice.events("room_entered")), "alice is in her room")
    bob.do(do="roomjoin", room="lab")
    until(lambda: bool(bob.events("room_entered")), "bob is in it")
    alice.do(say="good morning")
    until(lambda: heard(bob, "good morning"), "bob hears what she says")

    step("watch")
    check(day.asked("health") == "ok\n", "/health says ok")
    check(day.asked("ready") == "ready\n", "/ready says so")
    check(USERS in day.asked("metrics"), "two users are counted")
    check(day.server.lives(), "it lives, as the service manager is told")

    step("reload")
    day.config.write_text(text + "\nmax-users = 2\n")
    day.server.signal(signal.SIGHUP)
    until(lambda: "max-users was" in day.server.log, "the log says what has changed")
    check(day.refused("carol"), "a third is refused")
    day.config.write_text(text)
    check(day.ctl("reload")[0] == 0, "an operator says reload too")

    step("ban")
    check(day.ctl("ban", "name", "mal*", "for", "1h", "spam")[0] == 0, "an operator bans mal*")
    check(day.refused("mallory"), "mallory is refused")

    step("back up")
    safe = day.folder / "backup"
    safe.mkdir(mode=0o700)
    back_up(day, safe)
    check(day.names.name in {path.name for path in safe.iterdir()}, "names and key are copied")

    step("kill")
    day.server.signal(signal.SIGKILL)
    day.server.restart_after_failure()
    until(lambda: USERS in day.asked("metrics"), "both are back")
    bob.do(say="good night")
    until(lambda: heard(alice, "good night"), "and still hear each other")
    check(alice.leave() == 0 and bob.leave() == 0, "they leave")
    shutil.move(day.folder / "home" / "alice", day.folder / "home" / "true-alice")
    check(day.refused("alice"), "alice's name is still hers: another key does not get it")

    step("lose the names, and restore them")
    day.server.stop()
    for path in day.data.glob(day.names.name + "*"):
        path.unlink()
    shutil.copy(safe / day.names.name, day.names)
    day.server.start()
    check(day.refused("alice"), "alice's name is hers again")
    check("mal*" in day.ctl("bans")[1], "and the ban stands")

    step("upgrade")
    day.install()
    day.server.stop()
    day.server.start()
    check(len(set(re.findall(r"my key is (\S+)", day.server.log))) == 1, "it has its key")
    shutil.rmtree(day.folder / "home" / "alice")
    shutil.move(day.folder / "home" / "true-alice", day.folder / "home" / "alice")
    alice = Person(day, "alice")
    until(lambda: bool(alice.events("registered_as")), "alice is alice")
    alice.do(do="roomjoin", room="lab")
    until(lambda: bool(alice.events("room_entered")), "and her room is there")
    check(alice.leave() == 0, "she leaves")
    step("that was the day")


def heard(person: Person, text: str) -> bool:
    """Whether somebody was told this text."""
    return any(text == one["text"] for one in person.events("said"))


@contextlib.contextmanager
def day() -> Iterator[Day]:
    """A folder for it, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="twisted-chat-day-") as folder:
        today = Day(Path(folder))
        try:
            yield today
        finally:
            today.end()


def main() -> None:
    """Live it. Ends with 0 if all was as it is said to be, else 1."""
    with day() as today:
        live(today)


if __name__ == "__main__":
    main()
