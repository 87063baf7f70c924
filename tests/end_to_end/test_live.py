"""Packets shown while they come, from a pipe and from a file that is being written."""

import os
import signal
import subprocess

from tests.end_to_end.processes import PATIENCE, Output, ProcessTestCase, command
from tests.support.captures import chat_over_tcp, exchange, frames
from twisted_chat.trace import pcapng

ETHERNET = 1


def blocks() -> list[bytes]:
    """The recorded exchange, packet by packet, after the head of a file."""
    found = [pcapng.section("x") + pcapng.interface("x", ETHERNET)]
    for one in frames([*exchange(), *chat_over_tcp()]):
        found.append(pcapng.copied(one.at, one.data, one.length, (), 0))
    return found


class LiveTests(ProcessTestCase):
    """A line for each packet at once, and the summary at Ctrl-C."""

    def analyze(self, *words: object) -> "subprocess.Popen[bytes]":
        started = subprocess.Popen(
            command("chat-analyze", *words),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **self.environment},
            bufsize=0,
        )
        self.addCleanup(started.wait)
        self.addCleanup(started.kill)
        return started

    def assert_summary(self, program: "subprocess.Popen[bytes]", output: Output) -> None:
        """What a program says at its end."""
        output.expect("21 packets in")
        output.expect("leaves its room: never answered (#11)")
        output.expect("orderly, begun by")
        output.expect_end()
        assert program.stderr is not None
        self.assertEqual((program.wait(PATIENCE), program.stderr.read()), (0, b""))

    def test_pipe(self) -> None:
        """Rows come as packets do; Ctrl-C ends it with the summary, and so does the end."""
        for by_signal in (True, False):
            program = self.analyze("-")
            assert program.stdin is not None
            assert program.stdout is not None
            output = Output(program.stdout.fileno())
            head, first, *rest = blocks()
            program.stdin.write(head + first)
            output.expect("registers as debian")
            program.stdin.write(rest[0])
            output.expect("accepted as debian (answers #1")
            program.stdin.write(b"".join(rest[1:]) + (rest[0][:20] if by_signal else b""))
            output.expect("ACK, of the FIN")
            if by_signal:
                program.send_signal(signal.SIGINT)
            else:
                program.stdin.close()
            self.assert_summary(program, output)

    def test_file(self) -> None:
        """With --follow a file that is being written is gone on with."""
        path = self.directory() / "growing.pcapng"
        head, first, *rest = blocks()
        path.write_bytes(head + first[:30])
        program = self.analyze("--follow", path)
        assert program.stdout is not None
        output = Output(program.stdout.fileno())
        with path.open("ab") as file:
            file.write(first[30:])
            file.flush()
            output.expect("registers as debian")
            file.write(b"".join(rest))
        output.expect("ACK, of the FIN")
        program.send_signal(signal.SIGINT)
        self.assert_summary(program, output)

    def test_memory(self) -> None:
        """A hundred thousand packets take no more memory than a tenth of them."""
        peaks = []
        head, first, *_ = blocks()
        for number in (10_000, 100_000):
            target = self.directory() / "rows"
            with target.open("wb") as rows:
                program = subprocess.Popen(
                    command("chat-analyze", "-"),
                    stdin=subprocess.PIPE,
                    stdout=rows,
                    env={**os.environ, **self.environment},
                )
                assert program.stdin is not None
                program.stdin.write(head)
                for _ in range(number // 100):
                    program.stdin.write(first * 100)
                program.stdin.close()
                _, status, used = os.wait4(program.pid, 0)
                program.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(program.returncode, 0)
            peaks.append(used.ru_maxrss)
        self.assertLess(peaks[1], peaks[0] * 1.2)
