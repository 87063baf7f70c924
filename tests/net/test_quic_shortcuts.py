"""What a handshake does in fewer steps than the library, which is the same."""

import importlib.util
import sys
from functools import partial
from types import ModuleType
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from qh3 import tls
from qh3._hazmat import Buffer
from qh3.quic import crypto
from twisted.trial.unittest import SynchronousTestCase

from tests.support.quic import CALLED, KEYS
from tests.support.strategies import many
from twisted_chat.net import quic_shortcuts
from twisted_chat.net.quic_library import configuration, dialling

CAPACITIES = st.integers(1, 3)


def _untouched() -> ModuleType:
    """The library's TLS as it is in its file."""
    found = importlib.util.find_spec("qh3.tls")
    assert found is not None
    assert found.loader is not None
    # A name of its own, so that nothing else sees it.
    spec = importlib.util.spec_from_file_location("qh3.tls_untouched", found.origin)
    assert spec is not None
    made = importlib.util.module_from_spec(spec)
    assert spec.loader is not None
    sys.modules[spec.name] = made  # Where its dataclasses look for it.
    try:
        spec.loader.exec_module(made)
    finally:
        del sys.modules[spec.name]
    return made


LIBRARY: Any = _untouched()


class Derivation(SynchronousTestCase):
    """Secrets."""

    @many
    @given(
        st.sampled_from([256, 384]),
        st.binary(min_size=1, max_size=64),
        st.binary(max_size=20),
        st.binary(max_size=48),
        st.integers(1, 32),
    )
    def test_same(self, size: int, secret: bytes, label: bytes, of: bytes, length: int) -> None:
        """They are what the library derives."""
        for name, asked in (
            ("hkdf_expand_label", (size, secret, label, of, length)),
            ("hkdf_extract", (size, secret, of)),
        ):
            self.assertEqual(getattr(tls, name)(*asked), getattr(LIBRARY, name)(*asked))

    def test_too_long(self) -> None:
        """More than one hash is no secret of TLS."""
        for size in (256, 384):
            for length in (size // 8, size // 8 + 1):
                asked = size, b"secret", b"label", b"", length
                if length == size // 8:
                    self.assertEqual(len(quic_shortcuts.expand_label(*asked)), length)
                else:
                    self.assertRaises(ValueError, quic_shortcuts.expand_label, *asked)


class Blocks(SynchronousTestCase):
    """Parts of messages."""

    @many
    @given(CAPACITIES, st.binary(max_size=40), st.binary(max_size=3))
    def test_written(self, capacity: int, value: bytes, after: bytes) -> None:
        """They are written as the library writes them, and read as what they were."""
        written = []
        for module in (tls, LIBRARY):
            for push in (partial(self._in_block, module.push_block), module.push_opaque):
                buffer = Buffer(capacity=100)
                push(buffer, capacity, value)
                buffer.push_bytes(after)
                written.append(buffer.data)
        self.assertEqual(len({*written}), 1)
        buffer = Buffer(data=written[0])
        self.assertEqual(tls.pull_opaque(buffer, capacity), value)
        self.assertEqual(buffer.data_slice(buffer.tell(), len(written[0])), after)

    def _in_block(self, block: Any, buffer: Buffer, capacity: int, value: bytes) -> None:
        with block(buffer, capacity):
            buffer.push_bytes(value)

    @many
    @given(st.binary(max_size=12), CAPACITIES, st.integers(0, 12))
    def test_damaged(self, data: bytes, capacity: int, taken: int) -> None:
        """What is no block, or is not read to its end, is refused as by the library."""

        def outcome(module: Any, how: str) -> object:
            buffer = Buffer(data=data)
            try:
                if how == "opaque":
                    return module.pull_opaque(buffer, capacity), buffer.tell()
                with module.pull_block(buffer, capacity) as length:
                    buffer.pull_bytes(taken)
                return length, buffer.tell()
            except Exception as error:
                return type(error).__name__

        for how in ("opaque", "block"):
            self.assertEqual(outcome(tls, how), outcome(LIBRARY, how))


class Taken(SynchronousTestCase):
    """Who goes by them."""

    def test_library(self) -> None:
        """The library does, wherever it has a name for one, once it is used."""
        dialling(configuration(KEYS[0], dialled=True, keylog=None), CALLED, 0.0)
        for module, name in (
            (tls, "hkdf_expand_label"),
            (crypto, "hkdf_expand_label"),
            (tls, "hkdf_extract"),
            (tls, "pull_block"),
            (tls, "push_block"),
            (tls, "pull_opaque"),
            (tls, "push_opaque"),
        ):
            self.assertEqual(getattr(module, name).__module__, quic_shortcuts.__name__)
            self.assertTrue(hasattr(LIBRARY, name) or module is crypto, name)
