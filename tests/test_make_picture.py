"""The picture in the README."""

from pathlib import Path
from xml.etree import ElementTree

from pyte.screens import Char
from twisted.trial.unittest import SynchronousTestCase

from tests.make_picture import INK, NAMED, PAPER, PICTURE, svg

README = Path(__file__).parent.parent / "README.md"
TEXT = "{http://www.w3.org/2000/svg}text"


class Picture(SynchronousTestCase):
    def test_drawn(self) -> None:
        """What looks the same is drawn together, in its colours, and nothing of it is markup."""
        plain, blue = Char("<", "default", "default"), Char("b", "blue", "default", bold=True)
        turned = Char("t", "default", "default", reverse=True)
        drawn = ElementTree.fromstring(svg([[plain, plain, blue], [turned, Char(" "), plain]]))
        texts = [(one.text, one.get("fill"), one.get("font-weight")) for one in drawn.iter(TEXT)]
        ink, bold = f"#{INK}", (f"#{NAMED['blue']}", "bold")
        self.assertEqual(
            texts, [("<<", ink, None), ("b", *bold), ("t", f"#{PAPER}", None), (" <", ink, None)]
        )

    def test_colours(self) -> None:
        """Each has one: what the terminal calls it is known."""
        for one in ElementTree.fromstring(PICTURE.read_text()):
            self.assertRegex(one.get("fill") or "", "^#[0-9a-f]{6}$")

    def test_in_readme(self) -> None:
        """It shows the chat that the README does in letters, and the README shows it."""
        readme = README.read_text()
        self.assertIn(f"](docs/{PICTURE.name})", readme)
        shown = "".join(
            one.text or "" for one in ElementTree.fromstring(PICTURE.read_text()).iter(TEXT)
        )
        for words in ("who brings what on Tuesday", "carol came", "I bring bread and cheese"):
            self.assertIn(words, readme.split("```text")[1].split("```")[0])
            self.assertIn(words, shown)
