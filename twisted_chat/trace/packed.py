"""Compressed files, by what they begin with."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from io import BufferedReader
from typing import Any

from twisted_chat.errors import UsageMistake

LONGEST_MARK = 6
"""Bytes that tell how a file is compressed."""


def decompressed(raw: BufferedReader) -> Any:
    """The file as it was before it was compressed, if it is. Raises UsageMistake
    where that needs a package that is not installed."""
    begin = raw.peek(LONGEST_MARK)[:LONGEST_MARK]
    for mark, opened in _PACKED.items():
        if begin.startswith(mark):
            return opened(raw)
    return raw


def _zstandard(raw: BufferedReader) -> Any:
    try:
        import zstandard
    except ImportError:
        raise _missing("zstandard") from None
    return zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)


def _lz4(raw: BufferedReader) -> Any:
    try:
        import lz4.frame
    except ImportError:
        raise _missing("lz4") from None
    return lz4.frame.LZ4FrameFile(raw)


def _missing(package: str) -> UsageMistake:
    return UsageMistake(f"reading this compressed file needs {package}: pip install {package}")


_PACKED: dict[bytes, Callable[[BufferedReader], Any]] = {
    b"\x1f\x8b": lambda raw: gzip.GzipFile(fileobj=raw),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
    b"\x28\xb5\x2f\xfd": _zstandard,
    b"\x04\x22\x4d\x18": _lz4,
}
