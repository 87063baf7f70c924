"""Which face a person sees."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.launch.faces import FaceKind, which_face


class Which(SynchronousTestCase):
    """What the terminal can decides."""

    def test_kinds(self) -> None:
        """An input line takes a terminal at both ends, and one that can move its cursor; what
        comes from a pipe is a script's."""
        for term, typed, shown, kind in (
            ("xterm", True, True, FaceKind.LINE),
            ("linux", True, True, FaceKind.LINE),
            ("dumb", True, True, FaceKind.PLAIN),
            ("", True, True, FaceKind.PLAIN),
            ("xterm", True, False, FaceKind.PLAIN),
            ("xterm", False, True, FaceKind.SCRIPT),
            ("dumb", False, False, FaceKind.SCRIPT),
        ):
            self.assertIs(which_face({"TERM": term}, typed=typed, shown=shown), kind)
        self.assertIs(which_face({}, typed=True, shown=True), FaceKind.PLAIN)
