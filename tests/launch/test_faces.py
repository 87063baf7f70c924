"""Which face a person sees."""

import os

from twisted.trial.unittest import SynchronousTestCase, TestCase

from tests.identity import temporary
from twisted_chat.launch.faces import FaceKind, theme_called, which_face
from twisted_chat.startup import CannotStart
from twisted_chat.terminal.screen.roles import Role


class Which(SynchronousTestCase):
    """What the terminal can decides."""

    def test_kinds(self) -> None:
        """The screen takes a terminal at both ends, and one that can move its cursor; what
        comes from a pipe is a script's."""
        for term, typed, shown, kind in (
            ("xterm", True, True, FaceKind.SCREEN),
            ("linux", True, True, FaceKind.SCREEN),
            ("dumb", True, True, FaceKind.PLAIN),
            ("", True, True, FaceKind.PLAIN),
            ("xterm", True, False, FaceKind.PLAIN),
            ("xterm", False, True, FaceKind.SCRIPT),
            ("dumb", False, False, FaceKind.SCRIPT),
        ):
            self.assertIs(which_face({"TERM": term}, typed=typed, shown=shown), kind)
        self.assertIs(which_face({}, typed=True, shown=True), FaceKind.PLAIN)

    def test_rather_lines(self) -> None:
        """Who would rather have lines gets them, where there can be an input line."""
        for term, kind in (("xterm", FaceKind.LINE), ("dumb", FaceKind.PLAIN)):
            there = which_face({"TERM": term}, typed=True, shown=True, line=True)
            self.assertIs(there, kind)


class Themes(TestCase):
    """A theme by its name."""

    def test_there(self) -> None:
        """One that comes with the program, or lies in a folder beside config.toml."""
        place = temporary(self)
        themes = place / "twisted-chat" / "themes"
        themes.mkdir(parents=True)
        self.patch(os, "environ", {**os.environ, "XDG_CONFIG_HOME": str(place)})
        (themes / "own.toml").write_text('like = "light"\nday = "yellow"\n')
        (themes / "bad.toml").write_text('\nday = "colour"\n')
        self.assertIn(Role.BAR, theme_called("dark").colours)
        self.assertEqual(theme_called("own").colours[Role.DAY], ("yellow", "default"))
        for name, why in (
            ("bad", f"{themes}/bad.toml, line 2: 'colour' is no colour"),
            ("none", "there is no theme none"),
        ):
            problem = self.assertRaises(CannotStart, theme_called, name)
            self.assertTrue(str(problem).startswith(why), problem)
