"""Where Wireshark wants our dissector, which is written in Lua."""

import shutil
import subprocess
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

DISSECTOR = "udpchat.lua"
PATIENCE = 20.0
"""Seconds that tshark may take to say where its folders are."""


def dissector() -> Path:
    """The dissector as it is installed."""
    with as_file(files("twisted_chat.trace") / "data" / DISSECTOR) as path:
        return path


def advice() -> Iterator[str]:
    """What a person types to have it in Wireshark, and what it gives."""
    folder = plugin_folder()
    yield f"mkdir -p '{folder}'"
    yield f"cp '{dissector()}' '{folder}'"
    yield "# Start Wireshark anew, or press Ctrl-Shift-L in it. Then filter for:"
    yield '#   udpchat.verb == "rj"   udpchat.name   udpchat.room   udpchat.answer_time > 0.1'
    yield f"# Once, without installing it: wireshark -X 'lua_script:{dissector()}'"


def plugin_folder() -> Path:
    """A person's folder for Lua plugins, which versions of Wireshark have in
    different places: asked of tshark, or else the one that all since 3.0 know."""
    for line in _folders():
        name, _, folder = line.partition(":")
        if name == "Personal Lua Plugins" and folder.strip():
            return Path(folder.strip())
    return Path.home() / ".local" / "lib" / "wireshark" / "plugins"


def _folders() -> list[str]:
    program = shutil.which("tshark")
    if program is None:
        return []
    try:
        asked = subprocess.run(
            [program, "-G", "folders"],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return asked.stdout.splitlines()
