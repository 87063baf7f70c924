"""Everything, in one go: python -m benchmarks [NAME ...]"""

import os
import platform
import sys
from pathlib import Path

from benchmarks import (
    analysis,
    catching_up,
    chat,
    cluster,
    coming,
    crowd,
    requests,
    resting,
    rooms,
    roster,
    screen,
    startup,
    store,
)
from benchmarks.processes import compiled, table

PARTS = {
    "requests": requests.main,
    "rooms": rooms.main,
    "roster": roster.main,
    "resting": resting.main,
    "coming": coming.main,
    "crowd": crowd.main,
    "chat": chat.main,
    "cluster": cluster.main,
    "catching-up": catching_up.main,
    "startup": startup.main,
    "screen": screen.main,
    "store": store.main,
    "analysis": analysis.main,
}


def _machine() -> str:
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024**2
    return (
        f"{model}, {os.cpu_count()} cores, {memory} GiB; {platform.system()}"
        f" {platform.release()}; Python {platform.python_version()}"
    )


def main(names: list[str]) -> int:
    """Run the parts that are named, or all. The exit status says whether all are known."""
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"no such part: {unknown[0]}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    print(_machine())
    if not compiled("load"):
        print("There is no C compiler: no ceiling is measured, and the generator is slow.")
    reached: dict[str, float] = {}
    for name in names or PARTS:
        reached |= PARTS[name]()
    table("What has a bar", ["figure", "reached"], [[k, f"{v:.3g}"] for k, v in reached.items()])
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
