"""The colour of a person, which comes from their key: a name that only looks alike has another.

It is a hint and no proof: there are few colours, and whoever tries many keys finds one that
has the same. What tells keys apart is `$verify`.
"""

NO_COLOUR = -1
"""The colour of one who has no key: that of any text."""
ANSI_16 = (1, 2, 3, 4, 5, 6, 9, 10, 12, 13, 14)
"""Colours of a terminal that has 16; which they are is up to its theme."""
_STEPS = (0, 95, 135, 175, 215, 255)
"""The levels of red, green and blue in the cube of 216 among xterm's 256 colours."""
_CUBE = 16
"""The number of the first of these."""
_CONTRAST = 3.0
"""The least contrast with black and with white (WCAG 2.1, 1.4.11)."""
_SATURATION = 80
"""Levels between the strongest and the weakest part of a colour that is no grey."""


def rgb(number: int) -> tuple[int, int, int]:
    """Levels of red, green and blue, 0 to 255, of a colour of the cube."""
    red, rest = divmod(number - _CUBE, 36)
    green, blue = divmod(rest, 6)
    return _STEPS[red], _STEPS[green], _STEPS[blue]


def _luminance(number: int) -> float:
    """The relative luminance (WCAG 2.1)."""
    red, green, blue = (
        level / 3294 if level <= 10 else ((level / 255 + 0.055) / 1.055) ** 2.4
        for level in rgb(number)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _is_seen(number: int) -> bool:
    """Whether it is a colour, and can be read on black and on white."""
    light = _luminance(number) + 0.05
    contrast = min(light / 0.05, 1.05 / light)
    levels = rgb(number)
    return contrast >= _CONTRAST and max(levels) - min(levels) >= _SATURATION


ANSI_256 = tuple(number for number in range(_CUBE, _CUBE + 216) if _is_seen(number))
"""Colours of a terminal that has 256, by their numbers."""


def colour_of(fingerprint: str, colours: tuple[int, ...]) -> int:
    """The one of these that belongs to a key; NO_COLOUR without one."""
    return colours[int(fingerprint[:16], 16) % len(colours)] if fingerprint else NO_COLOUR
