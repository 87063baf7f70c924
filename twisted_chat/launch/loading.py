"""What a program does while it is loaded, before anything of it runs."""

import signal


def end_at_once() -> None:
    """Let Ctrl-C end us at once and without a word, until somebody takes care of it: as an
    exception it would come anywhere in what is being imported, whose pages it would show."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def raise_again() -> None:
    """Let Ctrl-C raise KeyboardInterrupt, for what has to clear up behind itself."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
