"""How somebody is looked for: whatever the accents, the order, the way a number is typed; and never so loosely that everybody is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.privacy.rules import SoughtBy, TooVague, holds, marked, sought


@pytest.mark.parametrize(
    ("typed", "by", "words"),
    [
        (" Delphine@Example.org ", SoughtBy.EMAIL, ("delphine@example.org",)),
        ("06 39 98 00 01", SoughtBy.PHONE, ("639980001",)),
        ("+33 6 39 98 00 01", SoughtBy.PHONE, ("639980001",)),
        ("M-FCC2-XJF6", SoughtBy.NUMBER, ("FCC2XJF6",)),
        ("fcc2 xjf6", SoughtBy.NUMBER, ("FCC2XJF6",)),
        ("Hélène d’Aboville", SoughtBy.NAME, ("helene", "d", "aboville")),
    ],
)
def test_what_is_typed_is_understood(typed: str, by: SoughtBy, words: tuple[str, ...]) -> None:
    found = sought(typed)
    assert (found.by, found.words) == (by, words)


@pytest.mark.parametrize("typed", ["", "  ", "Li", "d’", "!!"])
def test_too_little_finds_nobody(typed: str) -> None:
    with pytest.raises(TooVague):
        sought(typed)


@pytest.mark.parametrize(
    ("text", "typed", "is_there"),
    [
        ('{"family_name": "Lefèvre", "given_names": "Zoé"}', "ZOE LEFEVRE", True),
        ("zoe.lefevre@example.org", "Lefèvre Zoé", True),
        ("Zoé Martin. " + "x " * 300 + "Paul Lefèvre", "Zoé Lefèvre", False),
        ("Lefèvres et fils, Zoé", "Zoé Lefèvre", False),
        ("appeler le 06.39.98.00.01 le soir", "+33639980001", True),
        ("serial 2026-0639980002-4", "+33639980001", False),
        ("zoe@example.org.uk", "zoe@example.org", True),
        ("not-zoe@example.org", "zoe@example.org", False),
        ("mandat M-FCC2-XJF6", "fcc2xjf6", True),
    ],
)
def test_a_text_is_about_somebody_or_not(text: str, typed: str, is_there: bool) -> None:
    assert holds(text, sought(typed)) is is_there


@given(st.permutations(["Quatrefages", "Delphine", "Ondine"]))
def test_the_order_of_names_changes_nothing(names: list[str]) -> None:
    whom = sought(" ".join(names))
    assert holds("Madame Delphine Ondine QUATREFAGES", whom)
    assert marked(whom) == marked(sought("Delphine Ondine Quatrefages"))
