"""In which order pytest runs the tests, and which of them in one process."""

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for programs comes first, so that none of it is left alone at the end,
    and what uses the browser stays together, so that there is one."""
    items.sort(key=lambda item: "end_to_end" not in item.path.parts)
    for item in items:
        if item.path.name == "test_page.py":
            item.add_marker(pytest.mark.xdist_group("browser"))
