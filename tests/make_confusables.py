"""Writes twisted_chat/confusables.py from a copy of Unicode's table of characters that look alike:

    python -m tests.make_confusables confusables.txt

The table is at https://www.unicode.org/Public/security/. What cannot be in a name is left out.
"""

import re
import sys
import unicodedata
from pathlib import Path

from precis_i18n import get_profile

import twisted_chat

HEADER = '''"""Characters that look like others, of those that a name can hold: Unicode {version}.

Made of confusables.txt by tests/make_confusables.py. (c) Unicode, Inc.; used under the Unicode
License, which permits copies of its data files with this notice: https://www.unicode.org/license.txt
"""

TABLE = """
'''


def _can_be_in_a_name(character: str) -> bool:
    try:
        get_profile("UsernameCasePreserved").enforce(f"x{character}")
    except UnicodeEncodeError:
        return False
    return unicodedata.normalize("NFD", character) == character


def main(source: str) -> None:
    """Write the module."""
    text = Path(source).read_text(encoding="utf-8-sig")
    entries = []
    for line in text.splitlines():
        fields = [field.strip() for field in line.partition("#")[0].split(";")]
        if len(fields) >= 2 and " " not in fields[0]:
            character = chr(int(fields[0], 16))
            if not character.isascii() and _can_be_in_a_name(character):
                entries.append(f"{fields[0]}:{fields[1].replace(' ', '.')}".lower())
    lines, row = list[str](), ""
    for entry in sorted(entries):
        if len(row) + len(entry) > 98:
            lines, row = [*lines, row], ""
        row = f"{row} {entry}".strip()
    version = re.search(r"Version: (\S+)", text)
    assert version is not None
    module = Path(twisted_chat.__file__).parent / "confusables.py"
    body = "\n".join([*lines, row])
    module.write_text(f'{HEADER.format(version=version[1])}{body}\n"""\n')


if __name__ == "__main__":
    main(sys.argv[1])
