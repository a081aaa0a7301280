"""What a person may wish of a place, beyond where and what: a short word of an address, its label, the traits that grant it.

Traits are those of `rules.offers`: what a place declared, or what a national file lets one think (`likely:`). A wish is granted
by either; a list says which, so that nobody comes for a ramp that was only supposed.
"""

from collections.abc import Collection
from dataclasses import dataclass

from carnet.places.rules.offers import (
    ACCESS_NEEDS,
    FREE,
    FREE_SPACE,
    HOME_VISITS,
    LANGUAGES,
    LIKELY,
    MOBILE,
    OTHER_LANGUAGE,
    Mode,
    answering,
)
from carnet.places.rules.refusals import SearchRefused


def _(text: str) -> str:
    """Mark a French label for extraction; the door translates it."""
    return text


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish: its `code` in addresses, its French `label`, the `trait` that grants it."""

    code: str
    label: str
    trait: str


WISHES: tuple[Wish, ...] = (
    *(Wish(need.code, need.label, f"access:{need.code}") for need in ACCESS_NEEDS),
    Wish("free", _("Gratuit"), FREE),
    Wish("free-space", _("Des ordinateurs en libre accès"), FREE_SPACE),
    Wish("workshop", _("En atelier, à plusieurs"), f"mode:{Mode.WORKSHOP.value}"),
    Wish("one-to-one", _("Seul avec quelqu’un"), f"mode:{Mode.ONE_TO_ONE.value}"),
    Wish("home", _("À domicile"), HOME_VISITS),
    Wish("mobile", _("Vient dans les communes alentour"), MOBILE),
)
WISH_BY_CODE = {wish.code: wish for wish in WISHES}
_NAMED_LANGUAGES = [f"language:{code}" for code in LANGUAGES if code != "en"]


def wish(code: str) -> Wish:
    """The wish that has this code. Raises: SearchRefused."""
    try:
        return WISH_BY_CODE[code]
    except KeyError:
        raise SearchRefused(field="wish", value=code) from None


def granting(asked: Wish) -> list[str]:
    """The traits of which any one grants a wish."""
    return answering(asked.trait)


def language_traits(code: str) -> tuple[str, list[str]]:
    """What is looked for by whoever speaks a language: its own trait, and the traits that make *another language* another one still.

    A national file says "other languages" and no more: such a place may speak it, unless it named others. For `other`, the second
    list is empty: any of them will do. Raises: SearchRefused.
    """
    if code == "other":
        return OTHER_LANGUAGE, []
    if code not in LANGUAGES:
        raise SearchRefused(field="language", value=code)
    return f"language:{code}", [] if code == "en" else _NAMED_LANGUAGES


def is_certain(asked: Wish, traits: Collection[str]) -> bool:
    """Whether a place declared what is wished; False when it is only supposed, or not said."""
    return asked.trait in traits


def is_likely(asked: Wish, traits: Collection[str]) -> bool:
    """Whether what is wished is only supposed of a place: to be asked by telephone."""
    return asked.trait not in traits and f"{LIKELY}{asked.trait}" in traits
