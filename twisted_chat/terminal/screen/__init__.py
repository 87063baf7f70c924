"""The full screen: conversations side by side, and what is typed below."""
