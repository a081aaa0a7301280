"""What a place may write by text message is read however it is typed; every answer fits one message."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.kernel.identifiers import PhoneNumberInvalid, SecretCode, VoucherSerial
from carnet.places.rules import SERVICE_KINDS
from carnet.redemption.rules import (
    SERVICE_NUMBERS,
    TEXT_UNITS_MAX,
    Help,
    ServiceUnclear,
    Spend,
    Stop,
    TelephoneRefused,
    TextTooLong,
    TextUnclear,
    Undo,
    check_mobile,
    packed,
    read_text,
    service_named,
    units,
)

TODAY = date(2026, 3, 18)
SERIAL, CODE = VoucherSerial("NM", 12345), SecretCode.from_random(4829150067312849)
SAID = f"{SERIAL.printed()} {CODE.printed()}"

prefixes = st.from_regex(r"[A-Z][A-Z0-9]{1,3}", fullmatch=True).filter(lambda text: text not in ("TEST", "STOP", "AIDE", "HELP", "INFO"))
serials = st.builds(VoucherSerial, prefixes, st.integers(1, VoucherSerial.NUMBER_MAX))
codes = st.integers(0, SecretCode.RANDOM_MAX - 1).map(SecretCode.from_random)
between = st.sampled_from(["", " ", ".", "-", "  ", " . ", "\u00a0", "\u202f", "–"])
services = st.sampled_from(SERVICE_NUMBERS)
days = st.dates(TODAY - timedelta(days=360), TODAY)


@st.composite
def lines(draw: st.DrawFn) -> tuple[str, Spend]:
    """One voucher as somebody may type it, and what it means."""
    serial, code = draw(serials), draw(codes)
    cut = draw(st.lists(between, min_size=29, max_size=29))
    digits = str(serial)[len(serial.prefix) :] + code.digits
    typed = serial.prefix + "".join(gap + digit for gap, digit in zip(cut, digits, strict=True))
    wanted = [draw(st.none() | services), draw(st.none() | days)]
    said = []
    if wanted[0] is not None:
        said.append(draw(st.sampled_from([str(wanted[0].number), *wanted[0].words])))
    if wanted[1] is not None:
        said.append(draw(st.sampled_from([f"{wanted[1]:%d/%m/%Y}", f"{wanted[1]:%d-%m-%y}", f"le {wanted[1]:%d/%m/%Y}"])))
    typed = " ".join([typed, *draw(st.permutations(said))])
    typed = draw(st.sampled_from([typed, typed.lower(), f" {typed} ", f"{typed}."]))
    return typed, Spend(serial.printed(), code.digits, wanted[0].code if wanted[0] else None, wanted[1])


@given(lines())
def test_a_voucher_is_read_however_it_is_typed(line: tuple[str, Spend]) -> None:
    typed, meant = line
    assert read_text(typed, today=TODAY) == (meant,)


@given(st.lists(lines(), min_size=2, max_size=6))
def test_several_lines_are_several_vouchers_and_what_is_not_said_again_is_as_above(written: list[tuple[str, Spend]]) -> None:
    found = read_text("\n".join(typed for typed, _meant in written), today=TODAY)
    service, day, expected = None, None, []
    for _typed, meant in written:
        service, day = meant.service or service, meant.attended_on or day
        expected.append(Spend(meant.serial, meant.code, service, day))
    first = next((each for each in expected if each.service), None)
    if first is not None:  # what is said once further on is said of the first too
        expected = [
            each if each.service else replace(each, service=first.service, attended_on=each.attended_on or first.attended_on)
            for each in expected
        ]
    assert list(found) == expected


OTHER = f"{VoucherSerial('NM', 12346).printed()} {SecretCode.from_random(77).printed()}"


@pytest.mark.parametrize("text", [f"{SAID} {OTHER} 21 cv", f"{SAID} et {OTHER}, cv", f"{SAID}\n{OTHER} CV", f"{SAID} cv\n{OTHER}"])
def test_two_vouchers_of_one_service_in_one_text(text: str) -> None:
    found = read_text(text, today=TODAY)
    assert [each.serial for each in found] == [SERIAL.printed(), VoucherSerial("NM", 12346).printed()]
    assert {each.service for each in found} == {"cv"}


def test_looking_at_the_first_only_looks_at_the_next() -> None:
    assert [each.is_test for each in read_text(f"TEST {SAID} {OTHER}", today=TODAY)] == [True, True]


@given(st.text(max_size=300))
def test_nothing_typed_breaks_the_reading(text: str) -> None:
    assert read_text(text, today=TODAY)


@pytest.mark.parametrize(
    ("text", "service", "day"),
    [
        (f"{SAID} 4", "mailbox", None),
        (f"{SAID} boîte mail", "mailbox", None),
        (f"{SAID} pour le service n° 4, le 12/03", "mailbox", date(2026, 3, 12)),
        (f"{SAID} imprimer hier", "printer", date(2026, 3, 17)),
        (f"{SAID} 12.03 traitement de texte", "word-processing", date(2026, 3, 12)),
        (f"{SAID} 25/12", None, date(2025, 12, 25)),
        (f"{SERIAL.printed()}\n{CODE.printed()} mail aujourd’hui", "mailbox", TODAY),
        (SAID.lower().replace("-", " . "), None, None),
    ],
)
def test_service_and_day_in_a_few_words(text: str, service: str | None, day: date | None) -> None:
    assert read_text(text, today=TODAY) == (Spend(SERIAL.printed(), CODE.digits, service, day),)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("aide", Help()),
        ("Help!", Help()),
        ("stop", Stop()),
        (f"Test {SAID}", Spend(SERIAL.printed(), CODE.digits, is_test=True)),
        (f"annule {SERIAL.printed()} erreur de ma part", Undo(SERIAL.printed(), "erreur de ma part")),
        (f"ANNULER {SERIAL} leçon annulée", Undo(SERIAL.printed(), "lecon annulee")),
        ("annule 12-345-0 mauvais chèque", Undo("12-345-0", "mauvais cheque")),
        (f"annule {SERIAL.printed()}", Undo(SERIAL.printed(), "")),
    ],
)
def test_the_other_words(text: str, meant: object) -> None:
    assert read_text(text, today=TODAY) == (meant,)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", TextUnclear),
        ("bonjour, comment ça marche ?", TextUnclear),
        (CODE.printed(), TextUnclear),
        (SAID[:-1], TextUnclear),
        (f"{SAID}7", TextUnclear),
        (f"{SAID} 31/02", TextUnclear),
        (f"{SAID} jardinage", ServiceUnclear),
        (f"{SAID} mail imprimer", ServiceUnclear),
        (f"{SAID} 99", ServiceUnclear),
        ("\n".join([SAID] * 7), TextTooLong),
    ],
)
def test_what_cannot_be_read_says_so(text: str, refusal: type[TelephoneRefused]) -> None:
    (found,) = read_text(text, today=TODAY)
    assert isinstance(found, refusal)


def test_a_spend_never_shows_its_secret() -> None:
    (found,) = read_text(SAID, today=TODAY)
    assert CODE.digits not in repr(found)


def test_every_service_has_a_number_and_words_that_mean_it_alone() -> None:
    assert {each.code for each in SERVICE_NUMBERS} == {kind.code for kind in SERVICE_KINDS}
    assert [each.number for each in SERVICE_NUMBERS] == list(range(1, len(SERVICE_NUMBERS) + 1))
    words = [word for each in SERVICE_NUMBERS for word in each.words]
    assert len(words) == len(set(words))
    for each in SERVICE_NUMBERS:
        assert {service_named(word) for word in (str(each.number), each.code, *each.words)} == {each.code}, each


def test_numbers_on_sheets_already_printed_stay() -> None:
    printed = "computer smartphone internet mailbox video-call printer open-access word-processing spreadsheet files skills-review safety information"
    assert [each.code for each in SERVICE_NUMBERS][:13] == printed.split()


@given(st.lists(st.text(st.characters(codec="ascii", categories=("L", "N", "Zs")), max_size=160), max_size=12))
def test_answers_are_packed_in_order_and_each_fits(answers: list[str]) -> None:
    messages = packed(answers)
    assert "\n".join(messages) == "\n".join(answers)
    assert all(units(each) <= TEXT_UNITS_MAX for each in messages)


@pytest.mark.parametrize(("text", "taken"), [("abc", 3), ("été à 8h", 8), ("10 €", 5), ("x" * 160, 160), ("ê", 161), ("’", 161)])
def test_units_of_a_message(text: str, taken: int) -> None:
    assert units(text) == taken


@pytest.mark.parametrize("number", ["3949", "12", "nonsense", "+33 6 39"])
def test_a_number_that_cannot_receive_texts_is_refused(number: str) -> None:
    with pytest.raises(PhoneNumberInvalid):
        check_mobile(number)


def test_a_number_is_read_as_typed() -> None:
    assert check_mobile("06 39 98 00 01").text == "+33639980001"
