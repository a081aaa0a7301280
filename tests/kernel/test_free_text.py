"""What is typed freely keeps out the numbers of people, of their accounts and of their vouchers."""

import pytest

from carnet.kernel.free_text import CardInText, CodeInText, holds_card, screen
from carnet.kernel.identifiers import IbanInText, NirInText, SecretCode
from carnet.kernel.refusals import Refusal

CODE = SecretCode.from_random(4829150067312849)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("elle m’a donné 2 69 05 49 588 157 80", NirInText),
        ("virez sur FR76 3000 6000 0112 3456 7890 189", IbanInText),
        ("ma carte 4970 1000 0000 0014, merci", CardInText),
        ("ma carte 4970-1000-0000-0014", CardInText),
        ("carte 378282246310005", CardInText),
        (f"le code est {CODE.printed()} voilà", CodeInText),
        (f"le code est {CODE.digits}", CodeInText),
        ("-".join(CODE.printed().split()), CodeInText),
    ],
)
def test_numbers_that_open_something_stay_out(text: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal) as caught:
        screen(text)
    assert caught.value.facts == {}, "the number is not repeated"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "On m’a refusé le chèque TS-000012345-67 le 3 mars 2026 à 14 h 30.",
        "Appelez le 02 40 00 00 00 ou le +33 6 39 98 00 01.",
        "SIRET 214 401 093 00015, 12 rue de Strasbourg, 44000 Nantes",
        "4970 1000 0000 0015",  # a card's key is wrong
        "123 456 789 012 345 678",  # a code's key is wrong
        "carnet TS-C00000001-24, 10 € demandés deux fois",
    ],
)
def test_ordinary_words_pass_unchanged(text: str) -> None:
    assert screen(text) == text


def test_a_siret_is_no_card_although_it_has_the_same_key() -> None:
    assert not holds_card("73282932000074")
