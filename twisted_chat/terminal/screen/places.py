"""Where everything is on a screen of some size: what does not fit at the sides folds away."""

from msgspec import Struct

LEAST_MIDDLE = 40
"""Columns of the talk that stay where something stands at its sides."""
BARS, TOP_BAR = 5, 8
"""Rows from which on there is a bar above the input, and one at the top."""


class ScreenPlaces(Struct, frozen=True):
    """Columns and rows. A side that is folded away has no columns."""

    width: int
    height: int
    left: int
    right: int
    top: int
    """Rows of the bar at the top: one or none."""
    bar: int
    """Rows of the bar above the input: one or none."""
    input: int
    """Rows of the input."""

    @property
    def talk_column(self) -> int:
        """Where the talk begins."""
        return self.left + 1 if self.left else 0

    @property
    def talk_width(self) -> int:
        end = self.width - self.right - 1 if self.right else self.width
        return max(1, end - self.talk_column)

    @property
    def talk_height(self) -> int:
        return max(1, self.height - self.top - self.bar - self.input)


def places(width: int, height: int, input_rows: int, *, sides: bool = True) -> ScreenPlaces:
    """The places on a screen of this size."""
    left = right = 0
    if sides:
        wide = width >= 120
        left, right = (20, 24) if wide else (16, 16)
        if width - left - right - 2 < LEAST_MIDDLE:
            right = 0
        if width - left - 1 < LEAST_MIDDLE:
            left = 0
    bar, top = int(height >= BARS), int(height >= TOP_BAR)
    rows = max(1, min(input_rows, height - bar - top - 1))
    return ScreenPlaces(width, height, left, right, top, bar, rows)
