"""In which order pytest runs the tests."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for programs comes first, so that none of it is left alone at the end."""
    items.sort(key=lambda item: "end_to_end" not in item.path.parts)
