"""Creating, changing and ending a programme; who sees which."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from carnet.funding import operations, queries
from carnet.funding.models import Programme
from carnet.funding.rules import (
    EngagementReversed,
    EngagementUnknown,
    FrozenOnceIssued,
    HandOverEnded,
    OrganisationLacksKind,
    PerimeterEmpty,
    ProgrammeEnded,
    ProgrammeUnknown,
    SlugTaken,
    template_terms,
)
from carnet.gateways.database import acting_as
from carnet.journal.models import Line
from carnet.kernel.periods import start_of_day
from carnet.ledger import operations as ledger
from carnet.parties.rules import NotAllowed
from tests.funding.conftest import Cast

TERMS = template_terms("departement", first_day=date(2025, 11, 1), service_codes=("mailbox",))


def create(cast: Cast, **more: object) -> int:
    details = {"terms": TERMS, "operator_id": cast.operator_id, "actor": cast.admin, "request_id": uuid4(), "at": cast.at} | more
    return operations.create_programme(**details)  # type: ignore[arg-type]


def test_a_programme_created_twice_by_the_same_request_is_one(cast: Cast) -> None:
    request_id = uuid4()
    assert create(cast, request_id=request_id) == create(cast, request_id=request_id)
    assert Line.objects.filter(action="funding.programme-created", request_id=request_id).count() == 1


def test_two_programmes_of_the_same_name_get_two_addresses(cast: Cast) -> None:
    first, second = queries.programme(create(cast)), queries.programme(create(cast))
    assert (first.slug, second.slug) == ("pass-numerique-du-departement", "pass-numerique-du-departement-2")
    assert queries.programme_by_slug(second.slug).id == second.id
    assert {first.id, second.id} <= {each.id for each in queries.programmes()}


def test_each_refusal_to_create(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        create(cast, actor=cast.funder)
    with pytest.raises(OrganisationLacksKind):
        create(cast, operator_id=cast.metropolis_id)
    with pytest.raises(OrganisationLacksKind):
        create(cast, actor=cast.stranger)
    with pytest.raises(PerimeterEmpty):
        create(cast, terms=replace(TERMS, perimeter=()))
    create(cast, slug="pris")
    with pytest.raises(SlugTaken):
        create(cast, slug="pris")


def test_a_stranger_neither_changes_nor_ends_a_programme(cast: Cast) -> None:
    terms = queries.programme(cast.programme_id).terms
    with acting_as(cast.stranger):
        with pytest.raises(ProgrammeUnknown):
            operations.change_programme(
                programme_id=cast.programme_id, terms=replace(terms, phone="1"), actor=cast.stranger, request_id=uuid4(), at=cast.at
            )
        with pytest.raises(ProgrammeUnknown):
            operations.end_programme(programme_id=cast.programme_id, actor=cast.stranger, request_id=uuid4(), at=cast.at)


def test_changes_are_journalled_by_what_changed_and_paper_is_frozen_once_a_series_exists(cast: Cast) -> None:
    terms = queries.programme(cast.programme_id).terms

    def change(proposed: object) -> None:
        operations.change_programme(
            programme_id=cast.programme_id,
            terms=proposed,  # type: ignore[arg-type]
            actor=cast.admin,
            request_id=uuid4(),
            at=cast.at,
        )

    change(replace(terms, voucher_value_cents=15_00))
    assert queries.programme(cast.programme_id).terms.voucher_value_cents == 15_00
    assert Line.objects.filter(action="funding.programme-changed").get().facts == {"voucher_value_cents": 15_00}

    agreement_id = cast.sign(cast.half_and_half())
    dates = queries.series_dates(cast.programme_id)
    ledger.open_series(
        plan=ledger.SeriesPlan(
            programme_id=cast.programme_id,
            agreement_id=agreement_id,
            holder_id=cast.operator_id,
            issuer_prefix="NAN",
            booklet_count=2,
            booklet_size=5,
            face_value_cents=15_00,
            hand_over_until=dates.hand_over_until,
            printed_until=dates.printed_until,
            accepted_until=dates.accepted_until,
            weights=queries.weights_if_ordered(agreement_id, 10 * 15_00, at=cast.at),
        ),
        actor=cast.admin,
        request_id=uuid4(),
        at=cast.at,
    )
    with pytest.raises(FrozenOnceIssued):
        change(terms)
    change(replace(terms, voucher_value_cents=15_00, phone="02 40 00 00 00"))


def test_an_ended_programme_changes_no_more(cast: Cast) -> None:
    operations.end_programme(programme_id=cast.programme_id, actor=cast.admin, request_id=uuid4(), at=cast.at)
    with pytest.raises(ProgrammeEnded):
        operations.end_programme(programme_id=cast.programme_id, actor=cast.admin, request_id=uuid4(), at=cast.at)
    with pytest.raises(ProgrammeEnded):
        cast.sign(cast.half_and_half())
    assert not queries.programme(cast.programme_id).is_open_at(cast.at)


def test_a_programme_that_does_not_exist_is_unknown(cast: Cast) -> None:
    for ask in (queries.programme, queries.rules_for_redemption, queries.series_dates):
        with pytest.raises(ProgrammeUnknown):
            ask(0)
    with pytest.raises(ProgrammeUnknown):
        queries.programme_by_slug("nulle-part")


def test_what_a_redemption_and_a_hand_over_need_to_know(cast: Cast) -> None:
    rules = queries.rules_for_redemption(cast.programme_id)
    assert rules.service_codes == {"mailbox", "cv"}
    assert rules.undo_window_minutes == 60
    ends = queries.acceptance_for_hand_over(cast.programme_id, at=cast.at)
    assert ends.accepted_until == start_of_day(date(2026, 12, 2))
    with pytest.raises(HandOverEnded):
        queries.acceptance_for_hand_over(cast.programme_id, at=start_of_day(date(2026, 11, 1)))


def test_programmes_are_seen_by_their_operator_their_funders_and_their_auditors_for_a_time(cast: Cast) -> None:
    def seen_by(organisation_id: int, at: object = None) -> bool:
        return cast.programme_id in queries.programme_ids_for([organisation_id], at=at or cast.at)  # type: ignore[arg-type]

    assert seen_by(cast.operator_id)
    assert not seen_by(cast.metropolis_id)
    cast.sign(cast.half_and_half())
    assert seen_by(cast.metropolis_id)
    assert not seen_by(cast.company_id)

    day = timedelta(days=1)
    engagement_id = operations.engage_auditor(
        programme_id=cast.programme_id,
        organisation_id=cast.auditor_id,
        starts_at=cast.at,
        ends_at=cast.at + 10 * day,
        actor=cast.admin,
        request_id=uuid4(),
        at=cast.at,
    )
    assert [seen_by(cast.auditor_id, cast.at + days * day) for days in (-1, 0, 9, 10)] == [False, True, True, False]
    operations.end_engagement(engagement_id=engagement_id, actor=cast.admin, request_id=uuid4(), at=cast.at + 2 * day)
    assert [seen_by(cast.auditor_id, cast.at + days * day) for days in (1, 2)] == [True, False]
    assert queries.programme_ids_for([], at=cast.at) == frozenset()


def test_each_refusal_to_engage_an_auditor(cast: Cast) -> None:
    def engage(**more: object) -> int:
        details = {
            "programme_id": cast.programme_id,
            "organisation_id": cast.auditor_id,
            "starts_at": cast.at,
            "ends_at": cast.at + timedelta(days=1),
            "actor": cast.admin,
            "request_id": uuid4(),
            "at": cast.at,
        } | more
        return operations.engage_auditor(**details)  # type: ignore[arg-type]

    with pytest.raises(EngagementReversed):
        engage(ends_at=cast.at)
    with pytest.raises(OrganisationLacksKind):
        engage(organisation_id=cast.company_id)
    with pytest.raises(ProgrammeUnknown):
        engage(actor=cast.stranger)
    engagement_id = engage()
    with acting_as(cast.stranger), pytest.raises(EngagementUnknown):
        operations.end_engagement(engagement_id=engagement_id, actor=cast.stranger, request_id=uuid4(), at=cast.at)


def test_if_the_journal_fails_nothing_happened(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_facts: object) -> None:
        raise RuntimeError("journal")

    before = Programme.objects.count()
    monkeypatch.setattr("carnet.journal.operations.record", broken)
    with pytest.raises(RuntimeError, match="journal"):
        create(cast)
    assert Programme.objects.count() == before
