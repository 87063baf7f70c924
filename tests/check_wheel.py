"""Builds the wheel and checks it, installed alone into an empty environment."""

import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
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


def check_analysis(scripts: Path, compressed: Path) -> None:
    """chat-analyze and its data are there; without the extra it says what to install."""
    run(scripts / "chat-analyze", "--help")
    told = run(scripts / "chat-analyze", "--wireshark")
    copied = [line.split("'")[1] for line in told.splitlines() if line.startswith("cp ")]
    if not copied or not Path(copied[0]).is_file():
        sys.exit(f"the dissector is not where chat-analyze --wireshark says:\n{told}")
    data = Path(copied[0]).parent
    if missing := {"page.html", "page.css", "page.js"} - {path.name for path in data.iterdir()}:
        sys.exit(f"the wheel lacks {missing}")
    compressed.write_bytes(b"\x28\xb5\x2f\xfd")  # How a file in zstd begins (RFC 8878, 3.1.1).
    without = subprocess.run(
        [scripts / "chat-analyze", compressed], capture_output=True, text=True, check=False
    )
    if "pip install zstandard" not in without.stderr or without.stderr.count("\n") != 1:
        sys.exit(f"without the extra chat-analyze says:\n{without.stderr}")


def check_extension(wheel: Path) -> None:
    """Where there is a compiler the part in C is in the wheel, for this and all later versions of
    Python: it uses nothing that CPython may change."""
    if not (sys.platform == "linux" and shutil.which("cc")):
        return
    with zipfile.ZipFile(wheel) as files:
        names = files.namelist()
    if "twisted_chat/net/_mmsg.abi3.so" not in names or "-cp311-abi3-" not in wheel.name:
        sys.exit(f"the part in C was not built, or for one version of Python alone: {wheel.name}")
    run(Path(sys.executable).with_name("abi3audit"), "--strict", wheel)


def check_manuals(share: Path) -> None:
    """Manual pages and completions are where man and shells look for them."""
    for name in (
        "man/man1/udpchat.1",
        "man/man8/twistd-udpchat.8",
        "bash-completion/completions/udpchat.bash",
        "zsh/site-functions/_udpchat",
        "fish/vendor_completions.d/udpchat.fish",
    ):
        if not (share / name).is_file():
            sys.exit(f"the wheel lacks {name}")


def main() -> None:
    """Exits with a message where the wheel lacks something."""
    with tempfile.TemporaryDirectory() as place:
        run(sys.executable, "-m", "build", "--wheel", "--outdir", place, ROOT)
        (wheel,) = Path(place).glob("*.whl")
        check_extension(wheel)
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
        check_manuals(environment / "share")
        check_analysis(scripts, Path(place) / "chat.pcap.zst")
        run(scripts / "python", "-m", "pip", "uninstall", "--quiet", "--yes", "twisted-chat")
        left = run(scripts / "twistd", "--help")
        if "udpchat" in left or " web " not in left:
            sys.exit("uninstalling did not leave Twisted whole")
    sys.stdout.write("the wheel offers both commands of twistd and all console scripts\n")


if __name__ == "__main__":
    main()
