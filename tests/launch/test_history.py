"""`udpchat history`, `search`, `export` and `import`."""

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.identity import temporary
from tests.store.words import LAB, WITH_BOB, heard, said
from twisted_chat.launch import history
from twisted_chat.launch.store import plain_file
from twisted_chat.store.file import StoreFile


class Reading(SynchronousTestCase):
    """A store of one without a key, as it is quickest made."""

    def setUp(self) -> None:
        self.home = temporary(self)
        places = {"XDG_DATA_HOME": str(self.home), "XDG_CONFIG_HOME": str(self.home / "c")}
        self.patch(os, "environ", {**os.environ, **places})
        self.keep(heard("<b>one</b> \x1b[31m", 1), said("two", 1), heard("private", 2, WITH_BOB))

    def keep(self, *records: Any, name: str | None = None) -> None:
        """Keep these."""
        file = StoreFile(plain_file(name))
        file.write(records)
        file.close()

    def run_it(self, *words: str, given: bytes = b"") -> tuple[Any, str]:
        """The status or the reason, and what is shown."""
        self.patch(sys, "stdout", shown := io.StringIO())
        self.patch(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        ended = self.assertRaises(SystemExit, history.main, [*words, "--plain"])
        return ended.code, shown.getvalue()

    def test_conversations(self) -> None:
        """Without a name, which conversations there are."""
        status, shown = self.run_it("history")
        self.assertEqual((status, shown), (0, f"room Lab at {LAB.server}\nprivate bob\n"))

    def test_lines(self) -> None:
        """The last lines of a room, or of what is private, so that no terminal obeys them."""
        _, shown = self.run_it("history", "lab")
        self.assertEqual(len(shown.splitlines()), 2)
        self.assertNotIn("\x1b", shown)
        self.assertIn("you: two", shown)
        self.assertEqual(len(self.run_it("history", "lab", "--count", "1")[1].splitlines()), 1)
        self.assertIn("bob: private", self.run_it("history", "BOB")[1])

    def test_search(self) -> None:
        """Words in all conversations, and where; status 1 where they are nowhere."""
        self.assertIn("bob privately: private", self.run_it("search", "priv")[1])
        self.assertEqual(self.run_it("search", "zebra")[0], "nobody said that")

    def test_unknown(self) -> None:
        """A name that is none, and a store that is not there, cost a line."""
        self.assertIn("called nobody", self.run_it("history", "nobody")[0])
        status, _ = self.run_it("history", "--name", "nobody")
        self.assertIn("nothing is kept yet", status)
        self.assertFalse(plain_file("nobody").exists())

    def test_several(self) -> None:
        """Of rooms of one name at several servers it is asked which."""
        self.keep(heard("elsewhere", 1, LAB._replace(server="192.0.2.2:1")))
        self.assertIn("--server HOST:PORT", self.run_it("history", "lab")[0])
        _, shown = self.run_it("history", "lab", "--server", "192.0.2.2:1")
        self.assertIn("elsewhere", shown)

    def test_page(self) -> None:
        """A page on which what was said is text."""
        _, page = self.run_it("export", "lab", "--format", "html")
        self.assertIn("&lt;b&gt;one&lt;/b&gt;", page)
        self.assertNotIn("<b>one", page)
        self.assertNotIn("\x1b", page)
        self.assertNotIn("<script", page)
        self.assertNotIn("http:", page)

    def test_text(self) -> None:
        """A line for each."""
        _, text = self.run_it("export", "lab", "--format", "text")
        self.assertEqual(len(text.splitlines()), 2)

    def test_there_and_back(self) -> None:
        """What is exported is taken in elsewhere as it was, and a second time not again."""
        _, exported = self.run_it("export", "lab")
        first = json.loads(exported.splitlines()[0])
        self.assertEqual((first["from"], first["own"], first["room"]), ("bob", False, "Lab"))
        words = ("import", "-", "--name", "other")
        self.assertEqual(self.run_it(*words, given=exported.encode())[1], "> 2 lines are new\n")
        self.assertEqual(self.run_it(*words, given=exported.encode())[1], "> 0 lines are new\n")
        _, again = self.run_it("export", "lab", "--name", "other")
        self.assertEqual(again, exported)

    def test_in_place(self) -> None:
        """What is taken in stands where it belongs by its time, what is there keeps its order,
        and what is owed is still owed."""
        late = {"room": "Lab", "server": LAB.server, "from": "carol", "text": "between"}
        self.run_it("import", "-", given=json.dumps({**late, "time": 1_500}).encode())
        _, shown = self.run_it("export", "lab")
        texts = [json.loads(line)["text"] for line in shown.splitlines()]
        self.assertEqual(texts, ["<b>one</b> \x1b[31m", "between", "two"])
        file = StoreFile(plain_file(None))
        self.addCleanup(file.close)
        self.assertEqual([line.text for line in file.read().owed], ["two"])
        self.assertFalse(file.index.mend())

    def test_mistakes(self) -> None:
        """A line that is none is named, and nothing is taken in."""
        right = json.dumps({"room": "den", "from": "x", "text": "y", "time": 1})
        for wrong, part in (
            ("{", "no JSON"),
            ("[]", "no object"),
            ('{"room": "den", "text": "x"}', "time is to be"),
            ('{"room": "den", "time": 1}', "has a text"),
            ('{"time": 1, "text": "x"}', "either a room or a with"),
            ('{"room": 1, "time": 1, "text": "x"}', "room is to be a text"),
            ("[" * 100_000, "no JSON"),
        ):
            status, _ = self.run_it("import", "-", given=f"{right}\n\n{wrong}\n".encode())
            self.assertIn("line 3: ", status)
            self.assertIn(part, status)
        self.assertNotIn("den", self.run_it("history")[1])
        self.assertIn("cannot read", self.run_it("import", str(Path("/nonexistent")))[0])

    def test_in_use(self) -> None:
        """Nothing is taken in while a program writes there."""
        file = StoreFile(plain_file(None))
        self.addCleanup(file.close)
        self.assertIn("end it first", self.run_it("import", "-")[0])
        self.assertEqual(self.run_it("history")[0], 0)

    def test_usage(self) -> None:
        """What is left out, or too much, costs a line, with status 2."""
        self.patch(sys, "stderr", io.StringIO())
        for words in (
            ["search"],
            ["export"],
            ["import"],
            ["history", "a", "b"],
            ["export", "lab", "--format", "pdf"],
            ["history", "--count", "0"],
            ["history", "--count", "5000"],
            ["history", "--key", "x"],
        ):
            self.assertEqual(self.run_it(*words)[0], 2, words)
