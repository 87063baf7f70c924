"""The chats that are recorded. Each function is one; its docstring heads the recording."""

from collections.abc import Callable

from tests.chats.stage import Stage
from tests.peer.linked import Person

PLAYS: dict[str, Callable[[], Stage]] = {}


def _play(made: Callable[[], Stage]) -> Callable[[], Stage]:
    PLAYS[made.__name__] = made
    return made


def _quit(stage: Stage, *people: Person) -> Stage:
    for person in people:
        person.type("$quit")
        stage.world.wait(3)
    return stage


def _pair(stage: Stage) -> tuple[Person, Person]:
    """Two people who are registered."""
    alice, bob = stage.enter("alice"), stage.enter("bob")
    stage.world.wait(2)
    return alice, bob


def _meet(stage: Stage, *people: Person, room: str = "lab") -> None:
    """Let people meet in a room that the first of them creates."""
    people[0].type(f"$roomcreate {room}")
    for person in people:
        person.type(f"$roomjoin {room}")
        stage.world.wait(3)


@_play
def room() -> Stage:
    """Two people with keys meet in a room, talk, and part."""
    stage = Stage()
    alice, bob = _pair(stage)
    _meet(stage, alice, bob)
    alice.type("hello bob")
    stage.world.wait(1)
    bob.type("hello alice", "how are you?")
    stage.world.wait(1)
    alice.type("", "$$5 and a cup of tea", "x" * 300, "caf\u00e9 \u2603 \x1b[31mred")
    stage.world.wait(1)
    bob.type("$roomleave")
    stage.world.wait(7)
    alice.type("is anybody here?")
    stage.world.wait(1)
    return _quit(stage, bob, alice)


@_play
def poke() -> Stage:
    """One pokes another, who pokes back; then both end it."""
    stage = Stage()
    alice, bob = _pair(stage)
    alice.type("$poke bob")
    stage.world.wait(2)
    alice.type("are you there?")
    stage.world.wait(1)
    bob.type("who is that?", "$poke alice", "yes")
    stage.world.wait(1)
    alice.type("$kick")
    stage.world.wait(7)
    alice.type("to nobody")
    stage.world.wait(1)
    return _quit(stage, alice, bob)


@_play
def knock() -> Stage:
    """Somebody knocks at one who is in company."""
    stage = Stage()
    alice, bob = _pair(stage)
    _meet(stage, alice, bob)
    carol = stage.enter("carol")
    stage.world.wait(2)
    carol.type("$poke alice", "let me in")
    stage.world.wait(2)
    alice.type("for the room only")
    stage.world.wait(1)
    alice.type("$poke carol", "for both")
    stage.world.wait(2)
    return _quit(stage, carol, bob, alice)


@_play
def mixed() -> Stage:
    """A member of generation 1 in a room of people with keys."""
    stage = Stage()
    alice, bob = _pair(stage)
    old = stage.original("old")
    _meet(stage, alice, bob)
    for request in ("hi old", "rl", "ul", "ar alice", "rj lab"):
        old.ask(request)
    stage.world.wait(3)
    alice.type("hello all")
    stage.world.wait(1)
    old.send("msg old> hello from before\n", alice.at)
    old.send("msg mallory> who am I?\n", bob.at)
    stage.world.wait(1)
    old.ask("by")
    stage.world.wait(3)
    return _quit(stage, alice, bob)


@_play
def refusals() -> Stage:
    """What is refused, to people with keys, and what they mistype."""
    stage = Stage()
    alice, bob = _pair(stage)
    third = stage.enter("Alice", cast="third")
    stage.world.wait(2)
    third.type("$roomlist", "a b", "carol")
    stage.world.wait(2)
    _meet(stage, alice, bob)
    bob.type("$roomcreate lab", "$roomjoin nowhere", "$poke nobody", "$poke bob")
    stage.world.wait(2)
    bob.type("$kick alice", "$roomclose", "$roomgive alice", "$verify nobody", "$trust alice")
    stage.world.wait(2)
    bob.type("$nonsense", "$poke", "$poke a b", "$roomleave", "$roomleave")
    stage.world.wait(2)
    return _quit(stage, third, bob, alice)


@_play
def lists() -> Stage:
    """What the commands show that change nothing."""
    stage = Stage()
    alice, bob = _pair(stage)
    alice.type("$roomlist", "$userlist", "$status", "$help")
    stage.world.wait(2)
    _meet(stage, alice, bob)
    alice.type("$roomlist", "hello", "$status", "$verify bob")
    stage.world.wait(2)
    return _quit(stage, alice, bob)


@_play
def owner() -> Stage:
    """The one who created a room puts others out, hands it on, and it is closed."""
    stage = Stage()
    alice, bob = _pair(stage)
    carol = stage.enter("carol")
    stage.world.wait(2)
    _meet(stage, alice, bob, carol)
    alice.type("$kick carol")
    stage.world.wait(7)
    carol.type("hello?")
    stage.world.wait(1)
    carol.type("$roomjoin lab")
    stage.world.wait(2)
    alice.type("$kick")
    stage.world.wait(7)
    bob.type("$roomjoin lab")
    stage.world.wait(2)
    alice.type("$roomgive bob")
    stage.world.wait(2)
    alice.type("$roomclose")
    bob.type("$roomclose")
    stage.world.wait(7)
    return _quit(stage, alice, bob, carol)


@_play
def changed_key() -> Stage:
    """A name comes back with another key: nothing is said until it is accepted."""
    stage = Stage()
    alice, bob = _pair(stage)
    _meet(stage, alice, bob)
    alice.type("before")
    stage.world.wait(1)
    alice.memory.names["carol"] = alice.memory.names["bob"]
    carol = stage.enter("carol")
    stage.world.wait(2)
    carol.type("$roomjoin lab")
    stage.world.wait(3)
    alice.type("not for carol")
    carol.type("hello alice")
    stage.world.wait(2)
    alice.type("$verify carol", "$trust carol")
    stage.world.wait(3)
    alice.type("for carol too")
    carol.type("hello again")
    stage.world.wait(2)
    return _quit(stage, carol, bob, alice)


@_play
def server_away() -> Stage:
    """The server is killed, those in the room talk on, and it comes back with the same key."""
    stage = Stage()
    key = stage.world.server_key
    alice, bob = _pair(stage)
    _meet(stage, alice, bob)
    stage.world.kill_server()
    alice.type("still here?")
    stage.world.wait(1)
    bob.type("yes", "$roomlist")
    stage.world.wait(90)
    bob.type("$roomlist", "$roomleave")
    stage.world.wait(2)
    stage.server(key)
    stage.world.wait(60)
    alice.type("and after?")
    stage.world.wait(2)
    return _quit(stage, alice, bob)


@_play
def changed_server() -> Stage:
    """A server comes back with another key, which one accepts."""
    stage = Stage()
    alice, bob = _pair(stage)
    _meet(stage, alice, bob)
    stage.world.kill_server()
    stage.world.wait(1)
    stage.server(stage.key("new server"))
    stage.world.wait(120)
    alice.type("$trust server")
    stage.world.wait(60)
    return _quit(stage, alice, bob)


@_play
def downgrade() -> Stage:
    """Two people with keys at the original server: they are told, and go on without."""
    stage = Stage("original")
    alice, bob = stage.enter("alice"), stage.enter("bob")
    stage.world.wait(4)
    _meet(stage, alice, bob)
    alice.type("in the clear")
    stage.world.wait(1)
    bob.type("$verify alice", "$kick alice", "$status")
    stage.world.wait(2)
    return _quit(stage, alice, bob)


@_play
def no_server() -> Stage:
    """Nobody is at the server's address; then a server is."""
    stage = Stage()
    key = stage.world.server_key
    stage.world.kill_server()
    alice = stage.enter("alice")
    stage.world.wait(30)
    alice.type("hello?", "$roomlist")
    stage.world.wait(2)
    stage.server(key)
    stage.world.wait(40)
    return _quit(stage, alice)
