"""Whole programs of `udpchat doctor`, behind routers that are made for the test."""

import json

from twisted.trial.unittest import SkipTest, TestCase

from tests.end_to_end.processes import ProcessTestCase
from tests.paths.doctors import NARROW, diagnoses
from tests.paths.kinds import Kind
from tests.support.namespaces import NoNamespaces
from tests.support.thorough import slow

EXPECTED = {
    (Kind.PUBLIC, None): ("none", "other_ports", 1500, "open"),
    (Kind.ADDRESS, None): ("one_port", "other_ports", 1500, "open"),
    (Kind.SYMMETRIC, None): ("varies", "answers_alone", 1500, "another_port"),
    (Kind.SIX, None): ("none", "answers_alone", 1500, "probing"),
    (Kind.HOME, NARROW): ("one_port", "answers_alone", NARROW, "probing"),
}
"""Mapping, filtering, MTU and what it comes to."""


class Doctors(TestCase):
    """In networks of several kinds."""

    @slow
    def test_kinds(self) -> None:
        """It says what each of these networks does, and how wide the way is."""
        try:
            for kind, found in diagnoses(EXPECTED):
                (one,) = found["reached"]
                said = one["mapping"], one["filtering"], one["mtu"], found["prospect"]
                self.assertEqual(said, EXPECTED[kind], kind)
                self.assertEqual((one["sent"], one["lost"], one["carries"]), (20, 0, True), kind)
        except NoNamespaces as problem:
            raise SkipTest(str(problem)) from None


class Words(ProcessTestCase):
    """On this machine alone."""

    @slow
    def test_nobody(self) -> None:
        """Where no server answers it says so, and the status is 1."""
        doctor = self.start("udpchat", "doctor", "127.0.0.1", "9", "--json")
        self.assertEqual(doctor.wait(), 1)
        (one,) = json.loads(doctor.output.text)["reached"]
        self.assertEqual(one["outcome"], "silent")

    def test_mistakes(self) -> None:
        """Without a host there is one line about it."""
        doctor = self.start("udpchat", "doctor")
        self.assertEqual(doctor.wait(), 2)
        self.assertIn("Give its HOST", doctor.said)
