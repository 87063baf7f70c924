"""`udpchat identity`: what others compare to know us."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from twisted_chat.display import one_line
from twisted_chat.identity.claim import key_of
from twisted_chat.identity.fingerprints import spoken
from twisted_chat.identity.key_file import data_directory, load_or_make
from twisted_chat.startup import CannotStart


def show_identity(options: Mapping[str, Any]) -> NoReturn:
    """Show our own key, made now where there was none. Raises CannotStart."""
    key, name = options["key"], options["name"]
    if key and not Path(key).parent.is_dir():
        # The name of the file may be a slip: this is only to be looked at.
        raise CannotStart(f"there is no folder for the key file {key}")
    path = Path(key) if key else key_of(data_directory(), name)
    whose = f"for {name}" if name else "for your name"
    made = "" if os.path.exists(path) else ", made now"  # False where one may not look.
    identity = load_or_make(path)
    sys.stdout.write(
        f"{spoken(identity.fingerprint)}\n"
        f"> your fingerprint; let others compare it with what they are shown {whose}\n"
        f"> in full: {identity.fingerprint}\n"
        f"> the key{made}: {one_line(str(path))}\n"
    )
    raise SystemExit(0)
