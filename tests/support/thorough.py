"""What `make check` does more of than `make test`."""

import os
from unittest import skipUnless

THOROUGH = bool(os.environ.get("THOROUGH"))
"""Whether there is time for every example, and for tests that wait for seconds."""

slow = skipUnless(THOROUGH, "takes seconds: make check runs it")
"""For a test of whole programs that waits for long, where quicker tests hold its parts."""
