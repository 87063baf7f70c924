"""Themes, and how they look on terminals of few and many colours."""

from twisted.trial.unittest import SynchronousTestCase
from urwid.display.common import AttrSpec

from twisted_chat.errors import UsageMistake
from twisted_chat.terminal.screen.roles import Role, Run
from twisted_chat.terminal.screen.styles import Styles
from twisted_chat.terminal.screen.themes import (
    BUILT_IN,
    LARGEST_THEME,
    built_in,
    read_theme,
)


class Reading(SynchronousTestCase):
    """A few lines of TOML."""

    def test_built_in(self) -> None:
        """Those that are there can be read; dark and light say something of every role."""
        for name in BUILT_IN:
            theme = built_in(name)
            if name != "plain":
                self.assertEqual(set(theme.colours) | {Role.PERSON}, set(Role))

    def test_like(self) -> None:
        """What is not said is as in another, wherever that is named."""
        theme = read_theme('notice = "bold yellow on dark blue"\nlike = "light"\npeople = false\n')
        self.assertEqual(theme.colours[Role.NOTICE], ("yellow,bold", "dark blue"))
        self.assertEqual(theme.colours[Role.BAR], built_in("light").colours[Role.BAR])
        self.assertFalse(theme.people)

    def test_colours(self) -> None:
        """Names, and those of more colours."""
        theme = read_theme('text = "#8af"\nday = "h33 on h16"\ntime = "bold"\n')
        self.assertEqual(theme.colours[Role.TEXT], ("#8af", "default"))
        self.assertEqual(theme.colours[Role.DAY], ("h33", "h16"))
        self.assertEqual(theme.colours[Role.TIME], ("default,bold", "default"))

    def test_mistakes(self) -> None:
        """What is wrong, in one line with its number."""
        for text, why in (
            ("like = 'dark'\ncolour = 'red'", "line 2: there is no colour here"),
            ("text = 'reddish'", "line 1: 'reddish' is no colour"),
            ("\ntext = 3", "line 2: a colour is a text"),
            ("like = 'blue'", "line 1: there is no theme blue; there are dark, light, plain"),
            ("like = []", "line 1: there is no theme"),
            ("people = 1", "line 1: people is true or false"),
            ("text =", "line 1: "),
            ("#" * (LARGEST_THEME + 1), "a theme has"),
        ):
            mistake = self.assertRaises(UsageMistake, read_theme, text)
            self.assertTrue(str(mistake).startswith(why), str(mistake))
            self.assertNotIn("\n", str(mistake))


class Looking(SynchronousTestCase):
    """On terminals."""

    def test_people(self) -> None:
        """Each colour is one of a terminal's, where it has some and the theme wants it."""
        person = Run("bob", Role.PERSON, 33)
        many = Styles(built_in("dark"), 2**24).of(person)
        self.assertEqual(many.foreground, AttrSpec("h33,bold", "default", 256).foreground)
        few = Styles(built_in("dark"), 16).of(person)
        self.assertIn("bold", few.foreground)
        self.assertNotIn("default", few.foreground)
        for theme, colours in (("plain", 256), ("dark", 1)):
            self.assertIn("default", Styles(built_in(theme), colours).of(person).foreground)

    def test_no_colour(self) -> None:
        """Without colours only settings are left."""
        for name in BUILT_IN:
            styles = Styles(built_in(name), 1)
            for role in Role:
                style = styles.of(Run("x", role))
                self.assertTrue(style.foreground.startswith("default"), style)
                self.assertEqual(style.background, "default")

    def test_too_many(self) -> None:
        """A colour that the terminal has not is left out."""
        theme = read_theme('text = "bold #8af"')
        self.assertEqual(Styles(theme, 16).of(Run("x")).foreground, "default,bold")
        self.assertIn("#8af", Styles(theme, 256).of(Run("x")).foreground)
