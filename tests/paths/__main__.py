"""What networks do to people, tried: python -m tests.paths [PART ...]"""

import sys

from tests.paths import answering, doctors, gateway, matrix, narrow, troubles
from tests.support.namespaces import NoNamespaces

PARTS = {
    "matrix": matrix.main,
    "answering": answering.main,
    "narrow": narrow.main,
    "troubles": troubles.main,
    "doctor": doctors.main,
    "gateway": gateway.main,
}


def main(names: list[str]) -> int:
    """Run the parts that are named, or all. The exit status is not 0 where a
    name is not known, or nothing can be tried here."""
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"no such part: {unknown[0]}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    try:
        for name in names or PARTS:
            PARTS[name]()
    except NoNamespaces as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
