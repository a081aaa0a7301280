"""Every rule is explained where people read: on screens, in the operating guide, in the sources. What a place reads never holds a threshold."""

import re
from datetime import date
from typing import Any

import pytest

from carnet.controls.queries.signals import SignalFacts
from carnet.controls.rules.signals import SignalState
from carnet.controls.rules.signals.registry import RULES
from carnet.controls.rules.signals.rule import Rule, Span, Unit
from carnet.web.signals import words
from tests.controls.test_signal_rules import SPEAKS
from tests.factories.campaign import NOW
from tests.house.rooms import ROOT

SPANS = {Span.WEEK: "a week", Span.MONTH: "a month"}


def line(rule: Rule[Any]) -> str:
    unit = {"PERCENT": "%", "TENTHS": "tenths of a robust deviation", "KILOMETRES": "km"}.get(rule.unit.value, rule.unit.value.lower())
    return f"| `{rule.code}` | {rule.looks_for} | {SPANS[rule.span]} | {rule.usual} {unit} | {rule.because} | {rule.honest} |"


def test_the_guide_has_every_rule_as_the_code_says_it() -> None:
    guide = (ROOT / "docs/operating/controls.md").read_text(encoding="utf-8")
    wanted = [line(rule) for rule in RULES]
    written = [each for each in guide.split("\n") if re.match(r"\| `[a-z-]+` \| .* \| a (week|month) \|", each)]
    assert written == wanted, "docs/operating/controls.md, Signals:\n" + "\n".join(wanted)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_source_is_there(rule: Rule[Any]) -> None:
    file, _hash, anchor = rule.source.partition("#")
    assert f'<a id="{anchor}">' in (ROOT / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_signal_is_told_in_words(rule: Rule[Any]) -> None:
    """Whatever a rule may say of its evidence has its words: no fact is left a bare key."""
    told = words.RULES[rule.code]
    assert str(told.name)
    assert str(told.looks_for).endswith(".")
    assert str(told.honest).endswith(".")
    for seen in SPEAKS[rule.code]:
        noticed = rule.judge(seen, rule.usual)
        assert noticed is not None
        found = facts(rule, dict(noticed.facts), noticed.cents)
        named = dict.fromkeys(words.organisations_in(found.facts), "Association")
        rows, tables, sentences = words.evidence(found, named), words.tables(found, named), words.comparisons(found)
        assert rows or tables or sentences
        shown = {"days", "pairs", "desks", "measures", "group", "others", "alike", "usual_tenths"}
        for key, value in noticed.facts.items():
            assert key in shown or (isinstance(value, int) and (key in words._FACTS or (rule.code, key) in words._OF_RULE)), key
    shown_threshold = str(rule.usual // 10 if rule.unit is Unit.TENTHS else rule.usual)
    assert shown_threshold in words.threshold_of(rule.code, rule.usual).replace("\u202f", "")


def facts(rule: Rule[Any], said: dict[str, Any], cents: int) -> SignalFacts:
    return SignalFacts(
        id=1, programme_id=1, organisation_id=3, place_id=7, rule=rule.code, from_on=date(2026, 3, 2), until_on=date(2026, 3, 9), facts=said,
        threshold=rule.usual, cents=cents, noticed_at=NOW, state=SignalState.NEW, set_aside_at=None, set_aside_by_id=None,
        set_aside_because="", case_id=None, outcome=None, settled_at=None,
    )  # fmt: skip


def test_the_comparison_says_how_many_what_is_usual_and_what_this_one_does() -> None:
    rule = next(each for each in RULES if each.code == "unlike-its-peers")
    noticed = rule.judge(SPEAKS[rule.code][0], rule.usual)
    assert noticed is not None
    (sentence,) = words.comparisons(facts(rule, dict(noticed.facts), noticed.cents))
    assert sentence.startswith("Comparé à 11 lieux d’un pays aussi peuplé : la moitié d’entre eux font moins de 35")
    assert "Ce lieu en fait 90" in sentence
    assert sentence.endswith("Aucun d’eux n’en fait autant.")


def test_a_programme_s_rules_are_told_to_nobody_who_runs_a_place() -> None:
    """Doors of places lead to no page of signals, and the API has none."""
    for folder in ("carnet/web/place", "carnet/api"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            assert "queries.signals" not in text, path
            assert "rules.signals" not in text, path
