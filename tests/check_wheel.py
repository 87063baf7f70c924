"""Builds the wheel and checks it, installed alone into an empty environment."""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent


def run(*command: object) -> str:
    """What a command prints. Ends the check if it fails."""
    done = subprocess.run(
        [*map(str, command)], capture_output=True, text=True, cwd=tempfile.gettempdir()
    )
    if done.returncode:
        sys.exit(f"{command} failed:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def main() -> None:
    """Exits with a message where the wheel lacks something."""
    with tempfile.TemporaryDirectory() as place:
        run(sys.executable, "-m", "build", "--wheel", "--outdir", place, ROOT)
        (wheel,) = Path(place).glob("*.whl")
        environment = Path(place) / "environment"
        venv.create(environment, with_pip=True)
        scripts = environment / "bin"
        run(scripts / "python", "-m", "pip", "install", "--quiet", wheel)
        commands = run(scripts / "twistd", "--help")
        for name in ("udpchat", "tcpchat"):
            if f" {name} " not in commands:
                sys.exit(f"twistd does not offer {name}")
            run(scripts / name, "--help")
            run(scripts / "twistd", name, "--help")
        run(scripts / "python", "-m", "pip", "uninstall", "--quiet", "--yes", "twisted-chat")
        left = run(scripts / "twistd", "--help")
        if "udpchat" in left or " web " not in left:
            sys.exit("uninstalling did not leave Twisted whole")
    sys.stdout.write("the wheel offers both commands of twistd and both console scripts\n")


if __name__ == "__main__":
    main()
