"""Options of the room server."""

import contextlib
import io
from dataclasses import fields, replace
from typing import Any, ClassVar

from twisted.python import usage
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.net.port import BATCH
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.daemon_options import RoomServerOptions
from twisted_chat.server.options import BOUND_OPTIONS


class Twistd(usage.Options):
    """Stands for twistd's own options, of which ours are a subcommand."""

    subCommands: ClassVar[Any] = [["udpchat", None, RoomServerOptions, "The room server"]]


FIELDS = {
    "user-ttl": "user_ttl",
    "room-ttl": "room_ttl",
    "max-datagram": "datagram",
    "max-name": "name",
    "max-users": "users",
    "max-users-per-host": "users_per_host",
    "max-rooms": "rooms",
    "max-rooms-per-user": "rooms_per_user",
    "max-rooms-joined": "rooms_joined",
    "max-rooms-per-host": "rooms_per_host",
    "keyed-share": "keyed_share",
    "max-members": "members",
    "name-ttl": "name_ttl",
    "max-names": "names",
    "max-names-per-host": "names_per_host",
    "rate": "rate",
    "burst": "burst",
    "answer-rate": "answer_rate",
    "public-answer-rate": "public_answer_rate",
    "relay-rate": "relay_rate",
    "relay-user-rate": "relay_user_rate",
    "relay-rate-in-all": "relay_rate_in_all",
}
"""Each bound's option, and its field."""


def parsed(*words: str) -> RoomServerOptions:
    """The options of this command line."""
    options = RoomServerOptions()
    options.parseOptions(list(words))
    return options


class BoundsTests(SynchronousTestCase):
    """Every bound is an option."""

    def test_defaults(self) -> None:
        """Without options everything is as it says, port and interface included."""
        options = parsed()
        self.assertEqual(options.bounds(), Bounds())
        self.assertEqual((options["port"], options["interface"]), (8090, "0.0.0.0"))
        self.assertEqual(options["batch"], BATCH)

    def test_each(self) -> None:
        """Each option sets its bound and no other, and no bound is without one."""
        bounds = {field.name for field in fields(Bounds)}
        self.assertEqual(set(FIELDS.values()) | {"relay"}, bounds)
        self.assertEqual(set(FIELDS) | {"batch"}, {row[0] for row in BOUND_OPTIONS})
        for option, field in FIELDS.items():
            value = 1 if option == "keyed-share" else 77
            self.assertEqual(
                parsed(f"--{option}", str(value)).bounds(),
                replace(Bounds(), **{field: value}),  # type: ignore[arg-type]
                option,
            )
        self.assertEqual(parsed("--no-relay").bounds(), replace(Bounds(), relay=False))

    def test_fractions_and_zero(self) -> None:
        """Times and rates may be fractions, and a rate of 0 is no limit."""
        bounds = parsed("--user-ttl", "0.5", "--rate", "0", "--answer-rate", "0").bounds()
        self.assertEqual((bounds.user_ttl, bounds.rate, bounds.answer_rate), (0.5, 0, 0))

    def test_defaults_in_help(self) -> None:
        """Each option's default stands in the help."""
        text = " ".join(str(RoomServerOptions()).split())
        for name, _, default, *_ in BOUND_OPTIONS:
            self.assertIn(f"--{name}=", text)
            self.assertIn(f"[default: {default}]", text)


class MistakeTests(SynchronousTestCase):
    """What does not do costs one line that says what would."""

    def refused(self, *words: str) -> str:
        """What is said about this command line."""
        with self.assertRaises(usage.UsageError, msg=str(words)) as caught:
            parsed(*words)
        text = str(caught.exception)
        self.assertNotIn("\n", text)
        return text

    def test_values(self) -> None:
        """A value that an option cannot have."""
        for option in FIELDS:
            for text in ("x", "-1", "nan", "inf", ""):
                self.assertIn("or more", self.refused(f"--{option}", text), (option, text))
        for option in (
            "max-users",
            "max-users-per-host",
            "max-rooms",
            "max-name",
            "burst",
            "batch",
        ):
            for text in ("0", "1.5"):
                self.assertIn("give a whole number, 1 or more", self.refused(f"--{option}", text))
        for option in ("user-ttl", "room-ttl"):
            self.assertIn("give a number, 0.1 or more", self.refused(f"--{option}", "0"))

    def test_generation(self) -> None:
        """There are two generations."""
        for text in ("0", "3", "one", ""):
            self.assertIn("give 1 or 2", self.refused("--generation", text))
        self.assertEqual(parsed("--generation", "2")["generation"], 2)

    def test_datagram(self) -> None:
        """A datagram is neither too short to say anything nor longer than UDP can carry."""
        self.assertIn("64 or more", self.refused("--max-datagram", "63"))
        self.assertIn("65507 or less", self.refused("--max-datagram", "65508"))
        self.assertEqual(parsed("--max-datagram", "65507").bounds().datagram, 65_507)

    def test_places(self) -> None:
        """A port or an interface that cannot be."""
        for text in ("65536", "-1", "x"):
            self.assertIn("from 0 to 65535", self.refused("--port", text))
        self.assertIn(":: for all of IPv6 and IPv4", self.refused("--interface", "localhost"))

    def test_words(self) -> None:
        """A port without its option."""
        self.assertIn("--port", self.refused("8090"))

    def test_under_twistd(self) -> None:
        """Under twistd it is one line on standard error, and status 2."""
        for words in (["--rate", "x"], ["--nosuch"], ["8090"], ["--max-datagram", "1"]):
            errors = io.StringIO()
            with contextlib.redirect_stderr(errors), self.assertRaises(SystemExit) as caught:
                Twistd().parseOptions(["udpchat", *words])
            self.assertEqual(caught.exception.code, 2)
            self.assertEqual(errors.getvalue().count("\n"), 1, words)
