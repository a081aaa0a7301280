"""The text a mandate is signed on: never changed once released, said in the mouth of whoever signs, short enough to be heard."""

import re

import pytest

from carnet.mandates.rules.texts import CURRENT, SENTENCES, TEXTS, Circumstance, circumstances, text

# A released text is signed: if one of these changes, people signed something else than what is shown. Write a new version instead.
RELEASED = {"2026-11": "e32ab4cd758f184e60e2234d3e6df005ecb53cc91df704d11a6c2f2feb7f83a6"}


def test_no_letter_of_a_released_version_ever_changes() -> None:
    assert {each.version: each.digest.hex() for each in TEXTS} == RELEASED
    assert text(CURRENT.version) is TEXTS[-1]
    with pytest.raises(KeyError):
        text("1999-01")


def test_another_word_or_another_order_is_another_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    before = CURRENT.digest
    monkeypatch.setattr("carnet.mandates.rules.texts.SENTENCES", {**SENTENCES, "mandate-freely": "Je signe."})
    assert CURRENT.digest != before and len(before) == 32


def test_every_sentence_belongs_to_a_version_and_once_only() -> None:
    for each in TEXTS:
        assert len(each.keys) == len(set(each.keys))
    assert {key for each in TEXTS for key in each.keys} == set(SENTENCES)


def test_whoever_reads_little_hears_short_sentences() -> None:
    for key, said in SENTENCES.items():
        for sentence in re.split(r"(?<=[.?!]) ", said):
            assert len(sentence.split()) <= 15, (key, sentence)


@pytest.mark.parametrize("money", [True, False])
@pytest.mark.parametrize("paper", [True, False])
@pytest.mark.parametrize("sms", [True, False])
def test_a_mandate_says_only_what_is_true_of_it(money: bool, paper: bool, sms: bool) -> None:
    parts = CURRENT.parts_for(circumstances(money=money, paper=paper, sms=sms))
    said = {key for part in parts for key, _when in part.sentences}
    assert ("mandate-debts-sign" in said) is money and ("mandate-money" in {part.title for part in parts}) is money
    assert ("mandate-signed-paper" in said) is paper and ("mandate-signed-online" in said) is not paper
    assert ("mandate-signed-sms" in said) is sms and ("mandate-signed-face" in said) is not sms
    always = {key for part in CURRENT.parts for key, when in part.sentences if when is Circumstance.ALWAYS}
    assert always <= said, "the statements and the duties of both sides are never left out"
    for promised in ("mandate-unprotected", "mandate-i-answer", "mandate-they-answer", "mandate-stop-how", "mandate-data-years"):
        assert promised in said
