"""Contrast as WCAG 2 defines it, and what a programme's colours must reach before the server accepts them.

Source: docs/sources/accessibility.md#contrast: WCAG 2.2, criteria 1.4.3 (text, 4.5:1) and 1.4.11 (controls, 3:1), and its relative luminance.
3:1), and its definition of relative luminance.
"""

import re
from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass

from carnet.kernel.refusals import Refusal

TEXT_MINIMUM = 4.5
CONTROL_MINIMUM = 3.0
WHITE = "#ffffff"
INK = "#1d2530"
_HEXADECIMAL = re.compile(r"#[0-9a-f]{6}")


class ColourUnreadable(Refusal):
    """Not a colour of the form #rrggbb."""

    code = "colour-unreadable"


class ContrastTooLow(Refusal):
    """A colour on which, or in which, too many people could not read. `nearest` is the closest shade that passes."""

    code = "contrast-too-low"


@dataclass(frozen=True, slots=True)
class Theme:
    """The two colours a programme chooses, both checked: its brand, and its links."""

    brand: str
    link: str

    @property
    def brand_contrast(self) -> str:
        """The better of white and ink on the brand."""
        return max((WHITE, INK), key=lambda text: ratio(text, self.brand))


def normalise(colour: str) -> str:
    """`colour` as lower-case #rrggbb. Raises: ColourUnreadable."""
    tidy = colour.strip().lower()
    if not _HEXADECIMAL.fullmatch(tidy):
        raise ColourUnreadable(colour=colour)
    return tidy


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, from 0 (black) to 1 (white)."""
    red, green, blue = (_linear(channel) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(colour: str, other: str) -> float:
    """Contrast between two colours, from 1 to 21."""
    lighter, darker = sorted((luminance(colour), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def nearest_passing(colour: str, *, against: str, minimum: float) -> str:
    """The shade of `colour`, same hue, closest in lightness, whose contrast with `against` reaches `minimum`."""
    hue, lightness, saturation = rgb_to_hls(*_channels(normalise(colour)))
    candidates = sorted(range(101), key=lambda step: abs(step / 100 - lightness))
    for step in candidates:
        shade = _hexadecimal(hls_to_rgb(hue, step / 100, saturation))
        if ratio(shade, against) >= minimum:
            return shade
    raise AssertionError("black or white always passes up to 4.58:1")


def check_theme(*, brand: str, link: str) -> Theme:
    """Accept a programme's colours or say which fails and what would pass.

    The brand is used for headings, borders and buttons on white, so it must reach 4.5:1 there; so must links.
    Raises: ColourUnreadable, ContrastTooLow.
    """
    for use, colour in (("brand", brand), ("link", link)):
        reached = ratio(normalise(colour), WHITE)
        if reached < TEXT_MINIMUM:
            raise ContrastTooLow(
                use=use,
                colour=normalise(colour),
                ratio=f"{reached:.1f}",
                minimum=f"{TEXT_MINIMUM:.1f}",
                nearest=nearest_passing(colour, against=WHITE, minimum=TEXT_MINIMUM),
            )
    return Theme(brand=normalise(brand), link=normalise(link))


def stylesheet(theme: Theme) -> str:
    """The style sheet of a programme: tokens only."""
    return (
        f":root {{\n  --brand: {theme.brand};\n  --brand-contrast: {theme.brand_contrast};\n"
        f"  --brand-soft: {_soft(theme.brand)};\n  --link: {theme.link};\n}}\n"
    )


def _soft(colour: str) -> str:
    # Nine tenths of white: text in --text and in the brand still passes on it (tests/web/test_contrast.py).
    red, green, blue = (0.9 + 0.1 * channel for channel in _channels(colour))
    return _hexadecimal((red, green, blue))


def _channels(colour: str) -> tuple[float, float, float]:
    value = int(colour[1:], 16)
    return (value >> 16) / 255, (value >> 8 & 255) / 255, (value & 255) / 255


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _hexadecimal(channels: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)
