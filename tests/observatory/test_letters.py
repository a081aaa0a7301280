"""A month is written to each funder once, its figures equal to the ledger; forecasts are kept once a day."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.db.models import Sum
from django.utils import translation

from carnet.funding.rules import AgreementUnknown
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.jobs.forecasts import forecast_all, write_letters
from carnet.jobs.letters import send_letters
from carnet.jobs.monthly import letter_pdf
from carnet.journal.models import Line
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.ledger.models import Movement
from carnet.ledger.rules import Money
from carnet.notices.models import Notice
from carnet.observatory import operations, queries
from carnet.observatory.models import Forecast, MonthlyLetter
from carnet.observatory.rules import LetterUnknown, RecipientsTooMany, RecipientWrong, read_figures
from carnet.parties.rules import NotAllowed
from tests.settlement.conftest import Payday

pytestmark = pytest.mark.django_db
# Vouchers are spent in March 2026; the first working day of April is the 1st.
APRIL_FIRST = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)
MARCH = date(2026, 3, 1)


def funder(payday: Payday, rank: int = 0) -> Actor:
    """Somebody of one of the two funders."""
    funder_id = payday.campaign.funder_ids[rank]
    return Actor(
        kind="person", label="funder", person_id=700 + rank, organisation_id=funder_id, organisation_ids=frozenset({funder_id}),
        programme_ids=frozenset({payday.campaign.programme_id}), roles=frozenset({"FUNDER"}),
    )  # fmt: skip


def kept() -> list[MonthlyLetter]:
    with acting_as_everything(why="reading what was kept in a test"):
        return list(MonthlyLetter.objects.order_by("funder_id"))


def test_each_funder_is_written_to_once_a_month_and_its_figures_are_the_ledgers(payday: Payday) -> None:
    payday.spend(7)
    assert write_letters(at=APRIL_FIRST - timedelta(minutes=1)) <= 2, "February, at most"
    before = len(kept())
    assert write_letters(at=APRIL_FIRST) == 2
    assert write_letters(at=APRIL_FIRST + timedelta(days=9)) == 0
    march = [row for row in kept() if row.month_on == MARCH]
    assert len(kept()) == before + 2
    with acting_as_everything(why="the ledger itself"):
        table = ledger.money(agreement_id=payday.agreement_id, until=datetime(2026, 3, 31, 22, 0, tzinfo=UTC)).by_funder
        redeemed = Movement.objects.filter(kind="REDEEM", at__lt=APRIL_FIRST).aggregate(cents=Sum("cents"))["cents"]
    figures = [read_figures(row.content) for row in march]
    assert {each.funder_id: each.at_end for each in figures} == {each: table[each] for each in payday.campaign.funder_ids}
    assert sum((each.at_end for each in figures), Money()).owed == redeemed == 7 * 1000
    assert [(each.used_in_month, each.used_at_end, each.before.owed) for each in figures] == [(7, 7, 0)] * 2
    assert all(each.at_end.balanced and each.since.balanced for each in figures)


def test_a_round_cut_short_is_taken_up_again(payday: Payday) -> None:
    assert [write_letters(at=APRIL_FIRST, limit=1) for _round in range(3)] == [1, 1, 0]
    with acting_as_everything(why="the journal"):
        assert Line.objects.filter(action="observatory.letter-made").count() == 2


def test_the_letter_goes_with_its_pdf_in_the_language_chosen(payday: Payday) -> None:
    english, silent = funder(payday), funder(payday, 1)
    with acting_as(english):
        operations.choose_recipients(
            emails=["money@example.org", "treasurer@example.org "], language="en", is_stopped=False, actor=english, request_id=uuid4(),
            at=APRIL_FIRST,
        )  # fmt: skip
    with acting_as(silent):
        operations.choose_recipients(emails=[], language="fr", is_stopped=True, actor=silent, request_id=uuid4(), at=APRIL_FIRST)
    write_letters(at=APRIL_FIRST)
    with acting_as_everything(why="the other letters of this world have nobody to go to"):
        Notice.objects.exclude(kind="observatory.monthly-letter").delete()
    assert send_letters(at=APRIL_FIRST) == (2, 0)
    assert [message.to for message in mail.outbox] == [["money@example.org"], ["treasurer@example.org"]]
    (name, content, kind) = mail.outbox[0].attachments[0]  # type: ignore[misc]
    assert (name, kind) == (f"mois-2026-03-convention-{payday.agreement_id}.pdf", "application/pdf")
    assert content.startswith(b"%PDF-")
    # Stopped, it is kept all the same in its space.
    with acting_as(silent):
        (letter,) = queries.kept_letters(actor=silent, agreement_id=payday.agreement_id, at=APRIL_FIRST)
        assert letter.posted_count == 0
        assert queries.recipients(silent).is_stopped


def test_the_paper_is_tagged_says_its_figures_and_is_the_same_again(payday: Payday) -> None:
    import pikepdf

    payday.spend(3)
    write_letters(at=APRIL_FIRST)
    figures = read_figures(kept()[0].content)
    with translation.override("fr"):
        content = letter_pdf(figures)
        assert letter_pdf(figures) == content
    with translation.override("en"):
        assert letter_pdf(figures) != content
    with pikepdf.open(io.BytesIO(content)) as paper:
        assert paper.Root.MarkInfo.Marked
        assert str(paper.Root.Lang).startswith("fr")
        assert len(paper.pages) <= 2


def test_a_funder_reads_its_own_and_nobody_elses(payday: Payday) -> None:
    write_letters(at=APRIL_FIRST)
    first, second = funder(payday), funder(payday, 1)
    with acting_as(first):
        (own,) = queries.kept_letters(actor=first, agreement_id=payday.agreement_id, at=APRIL_FIRST)
        others = [row.id for row in kept() if row.funder_id == second.organisation_id]
        assert queries.kept_letter(actor=first, letter_id=own.id).figures.funder_id == first.organisation_id
        for letter_id in (*others, 999_999):
            with pytest.raises(LetterUnknown):
                queries.kept_letter(actor=first, letter_id=letter_id)
    stranger = replace(first, programme_ids=frozenset(), organisation_ids=frozenset({999_999}), organisation_id=999_999)
    with acting_as(stranger):
        with pytest.raises(AgreementUnknown):
            queries.latest_forecast(actor=stranger, agreement_id=payday.agreement_id, at=APRIL_FIRST)
        with pytest.raises(LetterUnknown):
            queries.kept_letter(actor=stranger, letter_id=own.id)
    desk = replace(first, roles=frozenset({"PRESCRIBER"}))
    with acting_as(desk), pytest.raises(NotAllowed):
        queries.kept_letter(actor=desk, letter_id=own.id)


def test_recipients_are_checked(payday: Payday) -> None:
    own: dict[str, Any] = {"language": "fr", "is_stopped": False, "actor": funder(payday), "request_id": uuid4(), "at": APRIL_FIRST}
    with acting_as(own["actor"]):
        with pytest.raises(RecipientWrong):
            operations.choose_recipients(emails=["nobody"], **own)
        with pytest.raises(RecipientsTooMany):
            operations.choose_recipients(emails=[f"{each}@example.org" for each in range(11)], **own)
        with pytest.raises(NotAllowed):
            operations.choose_recipients(emails=[], **(own | {"actor": replace(own["actor"], roles=frozenset({"AUDITOR"}))}))


def test_a_forecast_is_kept_once_a_day_and_a_funder_sees_its_own_part(payday: Payday) -> None:
    payday.spend(9)
    assert forecast_all(at=APRIL_FIRST) == 1
    assert forecast_all(at=APRIL_FIRST + timedelta(hours=3)) == 0
    assert forecast_all(at=APRIL_FIRST + timedelta(days=1)) == 1
    with acting_as_everything(why="count"):
        assert Forecast.objects.count() == 2
    own = funder(payday)
    with acting_as(own):
        told = queries.latest_forecast(actor=own, agreement_id=payday.agreement_id, at=APRIL_FIRST + timedelta(days=2))
        money = ledger.money(agreement_id=payday.agreement_id)
    assert told is not None
    assert (told.used, told.in_hands, told.is_said) == (9, 31, True)
    assert [each.funder_id for each in told.cash.funders] == [own.organisation_id]
    assert told.cash.balance_cents == money.total.unissued + money.total.in_circulation + money.total.owed
    assert told.used <= told.used_low <= told.used_in_the_end <= told.used_high <= told.everything
