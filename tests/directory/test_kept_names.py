"""The names of those who went."""

from collections import OrderedDict

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many, sequences
from twisted_chat.directory.entries import KeptName
from twisted_chat.directory.kept_names import KeptNames


def kept_name(casefolded: str, site: str) -> KeptName:
    """A name that is kept since some time."""
    return KeptName(casefolded, "a" * 64, site, 1.0)


class HeldNamesTests(SynchronousTestCase):
    """Adding, finding, discarding."""

    def test_alone(self) -> None:
        """A site with one name takes no index of its own, whether it had more before or not."""
        names = KeptNames()
        alone = kept_name("a", "10.0.0.1")
        names.add(alone)
        self.assertIs(names._sites.get("10.0.0.1"), alone)
        names.add(kept_name("b", "10.0.0.1"))
        self.assertIsInstance(names._sites.get("10.0.0.1"), OrderedDict)
        self.assertTrue(names.discard("b"))
        self.assertIs(names._sites.get("10.0.0.1"), alone)

    def test_many_at_once(self) -> None:
        """Many are kept at once, each at its site, or none, where one is kept already."""
        names = KeptNames()
        names.add(kept_name("a", "10.0.0.1"))
        more = [kept_name("b", "10.0.0.1"), kept_name("c", "10.0.0.2"), kept_name("d", "10.0.0.2")]
        self.assertTrue(names.add_all(more))
        self.assertFalse(names.add_all([kept_name("e", "10.0.0.3"), kept_name("c", "10.0.0.3")]))
        counts = [names.count_at(f"10.0.0.{number}") for number in (1, 2, 3)]
        self.assertEqual((len(names), counts), (4, [2, 2, 0]))
        for name in "abcd":
            first = names.first()
            self.assertTrue(first is not None and first.casefolded == name)
            names.discard(name)

    def test_not_kept(self) -> None:
        """What is not kept is not found, and discarding it changes nothing."""
        names = KeptNames()
        names.add(kept_name("a", "10.0.0.1"))
        self.assertFalse(names.discard("b"))
        self.assertIsNone(names.get("b"))
        self.assertEqual((len(names), names.count_at("10.0.0.1")), (1, 1))


class Properties(SynchronousTestCase):
    """What holds whatever comes and goes."""

    @many
    @given(sequences(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(["1", "2"])), 60))
    def test_as_a_list_does(self, steps: list[tuple[str, str]]) -> None:
        """A list agrees with all look-ups, and nothing is left over."""
        names, model = KeptNames(), list[KeptName]()
        for key, at in steps:
            kept = names.get(key)
            self.assertEqual(names.discard(key), kept is not None)
            if kept is not None:
                model.remove(kept)
            else:
                model.append(kept_name(key, at))
                names.add(model[-1])
            self.assertEqual(len(names), len(model))
            self.assertIs(names.first(), model[0] if model else None)
            for site in ("1", "2"):
                here = [other for other in model if other.site == site]
                self.assertEqual(names.count_at(site), len(here))
                self.assertIs(names.first_at(site), here[0] if here else None)
            self.assertEqual(len(names._sites), len({other.site for other in model}))
        self.assertEqual({id(kept) for kept in names.read()}, {id(kept) for kept in model})
