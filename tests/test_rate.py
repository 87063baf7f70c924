"""How much one source may use."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many
from twisted_chat.rate import Rate

SINCE_1970 = 1_790_000_000.0


def spent(rate: Rate, host: str, now: float, tries: int) -> int:
    """How many of so many tries at once were let through."""
    return sum(rate.spend(host, now) for _ in range(tries))


class RateTests(SynchronousTestCase):
    """Rate and burst."""

    def test_burst_then_rate(self) -> None:
        """After a pause a burst at once, then what the rate earns."""
        for start in (0.0, SINCE_1970):
            rate = Rate(50, 100)
            self.assertEqual(spent(rate, "10.0.0.1", start, 200), 100)
            self.assertEqual(spent(rate, "10.0.0.1", start + 0.51, 200), 25)
            self.assertEqual(spent(rate, "10.0.0.1", start + 60, 200), 100)

    def test_burst_is_whole_whatever_the_rate(self) -> None:
        """A clock that counts from 1970 does not round a unit away."""
        for a_second in range(1, 200):
            for burst in (1, 3, 100):
                found = spent(
                    Rate(a_second, burst), "10.0.0.1", SINCE_1970 + a_second / 7, burst + 1
                )
                self.assertEqual(found, burst, f"{a_second} a second, {burst} at once")

    def test_sources_do_not_share(self) -> None:
        """One source's flood takes nothing from another."""
        rate = Rate(50, 100)
        spent(rate, "10.0.0.1", 0.0, 200)
        self.assertEqual(spent(rate, "10.0.0.2", 0.0, 200), 100)

    def test_a_network_is_one_source(self) -> None:
        """All of an IPv6 /64 have one rate."""
        rate = Rate(50, 100)
        spent(rate, "2001:db8::1", 0.0, 200)
        self.assertFalse(rate.spend("2001:db8::2", 0.0))

    def test_units(self) -> None:
        """What costs more than is left is refused, and takes nothing."""
        rate = Rate(10, 100)
        self.assertFalse(rate.spend("10.0.0.1", 0.0, 101))
        self.assertTrue(rate.spend("10.0.0.1", 0.0, 60))
        self.assertFalse(rate.spend("10.0.0.1", 0.0, 60))
        self.assertTrue(rate.spend("10.0.0.1", 0.0, 40))

    def test_no_limit(self) -> None:
        """A rate of 0 is none."""
        rate = Rate(0, 0)
        self.assertEqual(spent(rate, "10.0.0.1", 0.0, 1000), 1000)
        rate.charge("10.0.0.1", 0.0, 1e9)
        self.assertEqual(rate.wait("10.0.0.1", 0.0), 0.0)

    def test_charge_and_wait(self) -> None:
        """What was used without asking has to be earned before more is."""
        rate = Rate(100, 10)
        self.assertEqual(rate.wait("10.0.0.1", 5.0), 0.0)
        rate.charge("10.0.0.1", 5.0, 60)
        self.assertFalse(rate.spend("10.0.0.1", 5.0))
        self.assertAlmostEqual(rate.wait("10.0.0.1", 5.0), 0.5, places=3)
        self.assertEqual(rate.wait("10.0.0.1", 5.51), 0.0)

    def test_a_turn_of_generations_forgets_nothing_that_counts(self) -> None:
        """A source that used its burst just before the generations turn still has to earn."""
        rate = Rate(50, 100)
        rate.spend("10.0.0.9", 0.0)
        self.assertEqual(spent(rate, "10.0.0.1", 2.0, 200), 100)
        rate.spend("10.0.0.9", 2.02)
        self.assertEqual(spent(rate, "10.0.0.1", 2.02, 200), 1)

    def test_memory_is_bounded(self) -> None:
        """However many sources come at once, only the latest two generations are remembered."""
        rate = Rate(1, 1, sources=10)
        hosts = [f"10.0.0.{number}" for number in range(30)]
        for host in hosts:
            rate.charge(host, 0.0, 5)
        remembered = [host for host in hosts if rate.wait(host, 0.0)]
        self.assertEqual(remembered, hosts[10:])

    @many
    @given(
        st.integers(1, 100),
        st.integers(1, 50),
        st.sampled_from([0.0, SINCE_1970]),
        st.lists(st.tuples(st.sampled_from([0.0, 0.001, 0.02, 0.1, 1.0, 9.0]), st.integers(1, 5))),
    )
    def test_never_more_than_burst_and_rate(
        self, a_second: int, burst: int, start: float, tries: list[tuple[float, int]]
    ) -> None:
        """In any span of time no more is let through than the burst and what the rate earns."""
        rate, now = Rate(a_second, burst), start
        passed: list[tuple[float, int]] = []
        for pause, units in tries:
            now += pause
            if rate.spend("10.0.0.1", now, units):
                passed.append((now, units))
        for first, (since, _) in enumerate(passed):
            used = 0
            for then, units in passed[first:]:
                used += units
                self.assertLessEqual(used, burst + 0.01 + a_second * (then - since))
