"""How places to listen at are worded: why one cannot be, and how one is written."""

_EXAMPLES = {
    "tls": "ssl:8090:privateKey=key.pem:certKey=cert.pem",
    "ssl": "ssl:8090:privateKey=key.pem:certKey=cert.pem",
    "unix": "unix:chat.sock",
}


def not_listening(where: str, problem: str) -> str:
    """Why nothing can be listened on there: what the system says, empty where something
    else has the place."""
    if not problem:
        return f"{where} is in use: choose another, or end what uses it"
    return f"cannot listen on {where}: {problem}"


def listening_example(over: str, otherwise: str = "") -> str:
    """An endpoint string for a place to which calls come over such a kind of endpoint."""
    return _EXAMPLES.get(over, otherwise or f"{over}:...")
