"""What a design may be, what a proof's digest covers, and what comes after what: without a database."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.issuing.rules import OrderFacts, OrderNotApproved, ProofStage, Step, next_step
from carnet.issuing.rules.proofs import (
    ACCENT,
    SHOWN,
    AccentTooPale,
    AccentUnreadable,
    DesignFrozen,
    DesignMissing,
    Draft,
    DraftLogo,
    FundersUnnamed,
    LogoUnnamed,
    PrintingBegun,
    ProofNotApproved,
    ProofOutdated,
    ProofWaits,
    TextTooLong,
    TitleMissing,
    TooManyLogos,
    changes_between,
    check_accent,
    check_changeable,
    check_reopenable,
    check_sendable,
    check_still_true,
    digest_of_content,
    tidy_draft,
    white_on,
)
from carnet.kernel.refusals import Refusal
from carnet.web.design import contrast

AT = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
DRAFT = Draft(title="Pass numérique", funders=("Métropole",), services=(("cv", "Faire son CV"),))
colours = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")
words = st.text('aé 1,"', max_size=8)
values = st.none() | st.booleans() | st.integers() | words | st.lists(words, max_size=3)
contents = st.dictionaries(st.sampled_from(SHOWN), values)


@given(colours)
def test_a_colour_is_taken_exactly_when_white_reads_on_it(colour: str) -> None:
    assert white_on(colour) == pytest.approx(contrast.ratio("#ffffff", colour))
    if contrast.ratio("#ffffff", colour) >= contrast.TEXT_MINIMUM:
        assert check_accent(colour.upper()) == colour
    else:
        with pytest.raises(AccentTooPale) as refused:
            check_accent(colour)
        # Cut, never rounded up to what was needed.
        assert float(str(refused.value.facts["ratio"]).replace(",", ".")) <= 4.4


@pytest.mark.parametrize("colour", ["", "red", "#fff", "#12345g", "14506b", "#14506b; x"])
def test_what_is_no_colour_is_refused(colour: str) -> None:
    with pytest.raises(AccentUnreadable):
        check_accent(colour)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"title": "  "}, TitleMissing),
        ({"title": "t" * 121}, TextTooLong),
        ({"notice": "n" * 601}, TextTooLong),
        ({"funders": (" ",)}, FundersUnnamed),
        ({"funders": ("f" * 121,)}, TextTooLong),
        ({"logos": (DraftLogo(1, ""),)}, LogoUnnamed),
        ({"logos": tuple(DraftLogo(rank, "x") for rank in range(5))}, TooManyLogos),
    ],
)
def test_each_refusal_of_a_draft(changed: dict[str, object], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        tidy_draft(replace(DRAFT, **changed), service_codes=("cv",))  # type: ignore[arg-type]


def test_a_draft_is_tidied_once_and_for_all() -> None:
    tidy = tidy_draft(replace(DRAFT, title=" Pass \n numérique ", funders=("A", "", "B"), accent=ACCENT.upper()), service_codes=("cv",))
    assert (tidy.title, tidy.funders, tidy.accent) == ("Pass numérique", ("A", "B"), ACCENT)
    assert tidy_draft(tidy, service_codes=("cv",)) == tidy


@given(contents, contents)
def test_two_contents_have_one_digest_exactly_when_nothing_changed(one: dict[str, object], other: dict[str, object]) -> None:
    told = changes_between(one, other)
    absent = [name for name in SHOWN if (name in one) != (name in other)]
    if not absent:
        assert (digest_of_content(one) == digest_of_content(other)) == (_typed(one) == _typed(other))
    assert [each.field for each in told] == [name for name in SHOWN if one.get(name) != other.get(name)]
    assert changes_between(None, other) == ()


def _typed(content: dict[str, object]) -> list[tuple[str, str]]:
    """1 and true are equal to Python, not on paper."""
    return sorted((name, repr(value)) for name, value in content.items())


@given(contents)
def test_a_digest_does_not_hang_on_the_order_of_what_is_shown(content: dict[str, object]) -> None:
    assert digest_of_content(dict(reversed(content.items()))) == digest_of_content(content)


def test_what_is_no_longer_true_is_not_printed() -> None:
    check_still_true({"title": "a"}, {"title": "a"}, version=1)
    with pytest.raises(ProofOutdated) as refused:
        check_still_true({"title": "a", "validity": "b"}, {"title": "a", "validity": "c"}, version=2)
    assert refused.value.facts["fields"] == ("validity",)


class TestTheLifeOfAProof:
    @pytest.mark.parametrize(("stage", "refusal"), [(ProofStage.WAITING, ProofWaits), (ProofStage.APPROVED, DesignFrozen)])
    def test_a_design_is_not_changed_while_a_proof_waits_or_stands(self, stage: ProofStage, refusal: type[Refusal]) -> None:
        with pytest.raises(refusal):
            check_changeable(stage, version=1)
        with pytest.raises(refusal):
            check_sendable(OrderFacts(1, approved_at=AT), stage, version=1)

    def test_nothing_is_sent_before_the_order_is_approved_and_designed(self) -> None:
        with pytest.raises(OrderNotApproved):
            check_sendable(OrderFacts(1), ProofStage.DESIGNED, version=0)
        with pytest.raises(DesignMissing):
            check_sendable(OrderFacts(1, approved_at=AT), ProofStage.NONE, version=0)
        for stage in (ProofStage.DESIGNED, ProofStage.RETURNED):
            check_sendable(OrderFacts(1, approved_at=AT), stage, version=1)

    @pytest.mark.parametrize("printing", [{"printing": True}, {"file_count": 2}, {"printed_at": AT}])
    def test_nothing_is_opened_again_once_printing_began(self, printing: dict[str, object]) -> None:
        facts = OrderFacts(1, approved_at=AT)
        check_reopenable(facts, ProofStage.APPROVED)
        with pytest.raises(ProofNotApproved):
            check_reopenable(facts, ProofStage.WAITING)
        with pytest.raises(PrintingBegun):
            check_reopenable(replace(facts, **printing), ProofStage.APPROVED)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("facts", "step"),
        [
            (OrderFacts(1), Step.APPROVE),
            (OrderFacts(1, approved_at=AT), Step.MAKE_PROOF),
            (OrderFacts(1, approved_at=AT, proof=ProofStage.RETURNED), Step.MAKE_PROOF),
            (OrderFacts(1, approved_at=AT, proof=ProofStage.WAITING), Step.WAIT_PROOF),
            (OrderFacts(1, approved_at=AT, proof=ProofStage.APPROVED), Step.DRAW),
            (OrderFacts(1, approved_at=AT, drawing=True), Step.WAIT),
            (OrderFacts(1, approved_at=AT, drawn_at=AT), Step.MAKE_PROOF),
            (OrderFacts(1, approved_at=AT, drawn_at=AT, proof=ProofStage.APPROVED), Step.PRINT),
            (OrderFacts(1, approved_at=AT, drawn_at=AT, file_count=2), Step.RECORD_PRINTED),
            (OrderFacts(1, approved_at=AT, drawn_at=AT, printed_at=AT), Step.DESTROY_SEED),
            (OrderFacts(1, approved_at=AT, drawn_at=AT, printed_at=AT, spoiled_count=1), Step.PRINT_AGAIN),
            (OrderFacts(1, approved_at=AT, drawn_at=AT, printed_at=AT, seed_destroyed_at=AT, spoiled_count=1), Step.ACTIVATE),
        ],
    )
    def test_the_next_verb(self, facts: OrderFacts, step: Step) -> None:
        assert next_step(facts) is step
