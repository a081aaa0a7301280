"""A refusal becomes a sentence: facts are written for a person, and one that is missing does not break the page."""

from datetime import UTC, date, datetime

from django.utils import translation

from carnet.issuing import rules as issuing
from carnet.kernel.money import Euros
from carnet.kernel.refusals import Refusal
from carnet.observatory import rules as observatory
from carnet.parties import rules as parties
from carnet.redemption import rules as redemption
from carnet.web.design import sentences
from carnet.web.design.sentences import sentence_for, sentence_of_code


class Told(Refusal):
    """A refusal of this test."""

    code = "told-in-tests"


def told(sentence: str, monkeypatch: object, **facts: object) -> str:
    monkeypatch.setitem(sentences.SENTENCES, "told-in-tests", sentence)  # type: ignore[attr-defined]
    with translation.override("fr"):
        return sentence_for(Told(**facts))


def test_facts_are_written_by_the_end_of_their_name(monkeypatch: object) -> None:
    text = told(
        "%(missing_cents)s %(share)s %(done_at)s %(day_on)s %(good_until)s %(count)s %(names)s",
        monkeypatch,
        missing_cents=123456,
        share=Euros(50),
        done_at=datetime(2026, 1, 1, 11, 5, tzinfo=UTC),
        day_on=date(2026, 3, 12),
        good_until=datetime(2026, 12, 31, 23, tzinfo=UTC),
        count=12345,
        names=["a", "b"],
    )
    assert text.replace("\u00a0", " ").replace("\u202f", " ") == (
        "1 234,56 € 0,50 € 1er janvier 2026 à 12 h 05 12 mars 2026 31 décembre 2026 12 345 a, b"
    )


def test_one_code_of_two_rooms_is_said_in_each_one_s_words() -> None:
    with translation.override("fr"):
        assert sentence_for(issuing.RecipientWrong(organisation="La Régie")).endswith("ce n’est pas le cas de « La Régie ».")
        assert sentence_for(observatory.RecipientWrong(email="x@")) == "« x@ » n’est pas une adresse électronique."
        assert sentence_for(parties.ReasonMissing()) == "Écrivez pourquoi."
        assert "annul" not in sentence_for(redemption.ReasonMissing(length_max=200))  # a dispute says why, too


def test_a_missing_fact_is_an_ellipsis(monkeypatch: object) -> None:
    assert told("Il manque %(missing_cents)s.", monkeypatch) == "Il manque …."


def test_a_code_without_a_sentence_still_answers() -> None:
    with translation.override("fr"):
        assert sentence_of_code("never-heard-of", {}) == "C’est refusé (never-heard-of)."
