"""A funder's month of one agreement, from the ledger; the statements kept; who receives them."""

from dataclasses import dataclass
from datetime import date, datetime

from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import add_months, start_of_day
from carnet.ledger import queries as ledger
from carnet.ledger.rules import Money
from carnet.observatory import access
from carnet.observatory.models import LetterChoice, MonthlyLetter
from carnet.observatory.rules import AgreementForecast, MonthlyFigures, read_figures
from carnet.parties import queries as parties
from carnet.parties.rules import check_may

_WRITER = Actor.system("monthly letters")


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """A monthly statement, as it was made."""

    id: int
    agreement_id: int
    made_at: datetime
    posted_count: int
    figures: MonthlyFigures


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who receives an organisation's monthly statements. `emails` empty: its contact address, else its members."""

    is_stopped: bool = False
    emails: tuple[str, ...] = ()
    language: str = "fr"


def monthly_figures(*, agreement_id: int, month_on: date, forecast: AgreementForecast, at: datetime) -> list[MonthlyFigures]:
    """Each funder's month of an agreement, in the order of the signatures. For background work: no actor.

    Units: whole cents, equal to the ledger as it was when the month began, when it ended, and at `at`; vouchers of the agreement.
    """
    facts = funding.agreement(_WRITER, agreement_id, at=at)
    programme = funding.programme(facts.programme_id)
    began, ended = start_of_day(month_on), start_of_day(add_months(month_on, 1))
    tables = [ledger.money(agreement_id=agreement_id, until=until).by_funder for until in (began, ended, at)]
    given, used = zip(*(_given_and_used(agreement_id, until) for until in (began, ended, at)), strict=True)
    names = parties.organisations({*facts.funder_ids, programme.operator_id})
    return [
        MonthlyFigures(
            programme=programme.name,
            agreement=facts.name,
            operator=names[programme.operator_id].name,
            funder=names[funder_id].name,
            funder_id=funder_id,
            month_on=month_on,
            made_at=at,
            is_simulated=programme.is_simulated,
            before=tables[0].get(funder_id, Money()),
            at_end=tables[1].get(funder_id, Money()),
            since=tables[2].get(funder_id, Money()),
            given_in_month=given[1] - given[0],
            used_in_month=used[1] - used[0],
            used_at_end=used[1],
            used_since=used[2] - used[1],
            forecast=forecast.seen_by(funder_id),
        )
        for funder_id in facts.funder_ids
    ]


def letters_made(month_on: date) -> set[tuple[int, int]]:
    """(agreement, funder) of the statements of a month made already. Call it seeing everything."""
    return set(MonthlyLetter.objects.filter(month_on=month_on).values_list("agreement_id", "funder_id"))


def agreements_of_month(month_on: date, *, at: datetime) -> list[tuple[int, int, int, tuple[int, ...]]]:
    """(operator, programme, agreement, funders) of each agreement in force during a month. Call it seeing everything."""
    began, ends_on = start_of_day(month_on), add_months(month_on, 1)
    return [
        (programme.operator_id, programme.id, each.id, each.funder_ids)
        for programme in funding.programmes()
        for each in funding.agreements(_WRITER, [programme.id], at=at)
        if each.signed_on < ends_on and (each.closed_at is None or each.closed_at >= began)
    ]


def kept_letters(*, actor: Actor, agreement_id: int, at: datetime) -> list[KeptLetter]:
    """The monthly statements of an agreement that the actor reads, the latest first; a funder: its own.

    Raises: NotAllowed, AgreementUnknown.
    """
    access.seen_agreement(actor, agreement_id, at=at)
    rows, own = MonthlyLetter.objects.filter(agreement_id=agreement_id), access.funder_of(actor)
    if own is not None:
        rows = rows.filter(funder_id=own)
    return [_kept(row) for row in rows.order_by("-month_on", "funder_id")]


def kept_letter(*, actor: Actor, letter_id: int) -> KeptLetter:
    """One of them. Raises: NotAllowed, LetterUnknown."""
    return _kept(access.seen_letter(actor, letter_id))


def letter_to_send(letter_id: int) -> MonthlyFigures:
    """What a letter in the outbox carries. For the outbox, which sees everything."""
    return read_figures(MonthlyLetter.objects.get(id=letter_id).content)


def recipients(actor: Actor) -> Recipients:
    """Who receives the monthly statements of the actor's organisation. Raises: NotAllowed."""
    check_may(actor, "observatory.choose-letters")
    return recipients_of(actor.organisation_id or 0)


def recipients_of(organisation_id: int) -> Recipients:
    """The same for background work."""
    row = LetterChoice.objects.filter(organisation_id=organisation_id).first()
    return Recipients(row.is_stopped, tuple(row.emails), row.language) if row else Recipients()


def _given_and_used(agreement_id: int, until: datetime) -> tuple[int, int]:
    lived = ledger.lives(agreement_ids=[agreement_id], until=until)
    return sum(each.count for each in lived), sum(each.count for each in lived if each.used_on is not None)


def _kept(row: MonthlyLetter) -> KeptLetter:
    return KeptLetter(row.id, row.agreement_id, row.made_at, row.posted_count, read_figures(row.content))
