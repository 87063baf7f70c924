"""A room server and its operator: real processes, a real socket, real signals."""

import json
import signal
import socket
import sys
from pathlib import Path

from tests.end_to_end.processes import PATIENCE, Program, command
from tests.end_to_end.test_udpchat import ChatTestCase, free_udp_port

HANDS_OVER = """
import os, socket, sys
bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
bound.bind(("127.0.0.1", int(sys.argv[1])))
os.write(1, b"bound\\n")
sys.stdin.readline()
os.dup2(bound.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="a")
os.execv(sys.argv[2], sys.argv[2:])
"""
"""Starts a program with its UDP port, as systemd does, once somebody has asked there."""


class Operated(ChatTestCase):
    """A server whose operator asks for something."""

    def test_kick_and_ban(self) -> None:
        """An operator sees who is there, bans them, and finds that out from another terminal."""
        port, sockets = free_udp_port(), self.directory()
        control = sockets / "control.sock"
        server = self.serve(port, "--control", control)
        alice = self.meet("alice", port)
        for words, status, line in (
            (("who", "alice"), 0, "name: alice"),
            (("kick", "nobody"), 1, "there is no user nobody"),
            (("ban", "name", "ali*", "for", "1h", "loud"), 0, "name: ali*"),
        ):
            asked = self.start("udpchat", "ctl", "--control", control, *words)
            self.assertEqual(asked.wait(), status)
            self.assertIn(line, asked.said)
        server.expect("operator: ")
        alice.expect(
            "the server does not serve you: you are banned from this server for 60 minutes"
        )
        alice.expect("loud; it is asked again every minute")
        other = self.start("udpchat", "127.0.0.1", str(port), "--name", "alina")
        other.expect(
            "the server does not serve you: you are banned from this server for 60 minutes"
        )
        self.assertEqual(other.wait(), 1)
        server.expect("user alice at the key ")
        alice.kill()
        again = self.serve_again(server, port, control)
        asked = self.start("udpchat", "ctl", "--control", control, "bans")
        asked.expect("name ali*, seconds ")
        self.assertEqual(asked.wait(), 0)
        again.kill()

    def serve_again(self, server: Program, port: int, control: Path) -> Program:
        """The same server, after it was killed."""
        server.kill()
        return self.serve(port, "--control", control)

    def test_supervised(self) -> None:
        """A service manager is told that a daemon is ready when it is, and that it ends."""
        for program, words in (
            ("udpchat", ("--port", 0, "--interface", "127.0.0.1")),
            ("tcpchat", ("--listen", "tcp:0:interface=127.0.0.1")),
        ):
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
                address = self.directory() / "notify"
                manager.bind(str(address))
                manager.settimeout(PATIENCE)
                self.environment["NOTIFY_SOCKET"] = str(address)
                daemon = self.start("twistd", "-n", "--pidfile=", program, *words)
                self.assertEqual(manager.recv(99), b"READY=1")
                daemon.signal(signal.SIGTERM)
                self.assertEqual(manager.recv(99), b"STOPPING=1")
                daemon.wait()

    def test_handed_over(self) -> None:
        """A daemon that is handed its port serves there, also those who came before it began."""
        port, early = free_udp_port(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(early.close)
        early.settimeout(PATIENCE)
        argv = command("twistd", "-n", "--pidfile=", "udpchat", "--journal", "memory")
        hands_over = [sys.executable, "-c", HANDS_OVER, str(port), *argv]
        daemon = self._start(hands_over, terminal=False)
        daemon.expect("bound")
        early.sendto(b"hi early", ("127.0.0.1", port))
        daemon.type_lines("")
        self.assertEqual(early.recv(99), b"hi early")
        self.meet("alice", port)

    def test_reload(self) -> None:
        """At SIGHUP, and when its operator says so, a daemon reads its file again, and goes on
        by what it says; a mistake in it changes nothing."""
        port, folder = free_udp_port(), self.directory()
        file, control = folder / "server.toml", folder / "control.sock"
        begin = f'port = {port}\ninterface = "127.0.0.1"\ncontrol = "{control}"\n'
        file.write_text(begin)
        daemon = self.start(
            "twistd", "-n", "--pidfile=", "udpchat", "--config", file, "--log-json"
        )
        daemon.expect("my key is")
        file.write_text(begin + "max-users = 1\n")
        daemon.signal(signal.SIGHUP)
        daemon.expect("max-users was 1000000 and is 1")
        self.meet("alice", port)
        file.write_text('max-users = "none"\n')
        asked = self.start("udpchat", "ctl", "--control", control, "--json", "reload")
        self.assertEqual(asked.wait(), 1)
        reply = json.loads(asked.output.text)
        self.assertTrue(reply["why"].startswith(f"all stays as it was: {file}, line 1: "))
        daemon.signal(signal.SIGTERM)
        daemon.wait()
        lines = [json.loads(line) for line in daemon.output.text.splitlines()]
        self.assertIn("user alice registered", "".join(line["text"] for line in lines))
