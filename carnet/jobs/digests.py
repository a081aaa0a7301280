"""Monday's letters: to each person who works with vouchers, what counts for them this week, composed from several rooms."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.utils import timezone, translation
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from procrastinate.contrib.django import app

from carnet.distribution import queries as distribution
from carnet.funding import queries as funding
from carnet.funding.queries import ProgrammeFacts
from carnet.gateways.database import acting_as_everything
from carnet.helpline import queries as helpline
from carnet.jobs import audience
from carnet.kernel.periods import legal_day, start_of_day
from carnet.ledger import queries as ledger
from carnet.notices import operations
from carnet.notices import queries as notices
from carnet.notices.operations import Reader
from carnet.notices.rules.digests import Section, week_of
from carnet.parties import queries as parties
from carnet.parties.queries import PersonOf
from carnet.parties.rules import Role
from carnet.places import queries as places
from carnet.places.rules.refusals import LocalityUnknown
from carnet.redemption import queries as redemption
from carnet.settlement import queries as settlement
from carnet.settlement.queries import expiry
from carnet.workshops import queries as workshops

WEEK = timedelta(days=7)
LESSONS_SHOWN = 3
AT_ONCE = 50
ROLES = (*audience.DESK, *audience.PLACE, Role.OPERATOR_ADMIN, Role.OPERATOR_AGENT, Role.FUNDER)
WHY = "each person's letter tells of the organisations they act for"


def send(*, at: datetime, limit: int | None = None) -> tuple[int, int]:
    """Make the letters of the week, a few people in each transaction; return (looked at, written to).

    A round that is killed, or run twice, goes on with those not looked at yet. `limit`: stop after so many people.
    """
    week_on = week_of(at)
    with acting_as_everything(why=WHY):
        programmes = [each for each in funding.programmes() if each.ended_at is None and each.is_open_at(at)]
        refused = notices.digests_refused()
        people: dict[int, list[PersonOf]] = defaultdict(list)
        for each in audience.people_of([programme.id for programme in programmes], ROLES, at=at):
            if each.person_id not in refused:
                people[each.person_id].append(each)
        operations.begin_digests(week_on=week_on, people_count=len(people), at=at)
        done = notices.done_this_week(week_on=week_on, person_ids=list(people))
    waiting = [person_id for person_id in people if person_id not in done][:limit]
    composed = _Composed(programmes, at)
    looked = written = 0
    for start in range(0, len(waiting), AT_ONCE):
        with acting_as_everything(why=WHY):
            for person_id in waiting[start : start + AT_ONCE]:
                written += _post(people[person_id], composed, at)
                looked += 1
    if limit is None:
        with acting_as_everything(why=WHY):
            operations.finish_digests(week_on=week_on, at=at)
    return looked, written


def _post(roles: Sequence[PersonOf], composed: "_Composed", at: datetime) -> bool:
    first = roles[0]
    with translation.override(first.language):
        sections = [section for each in roles for section in composed.sections(each)]
    programmes = composed.of_programmes(roles)
    # The words of a programme head a letter that is about that programme alone.
    context = {"programme_id": programmes[0].id, "programme": programmes[0].name} if len(programmes) == 1 else {"programme_id": None}
    return operations.post_digest(
        reader=Reader(first.person_id, first.email, first.language), week_on=week_of(at), sections=sections, context=context, at=at
    )


class _Composed:
    """What each organisation has to read, composed once for all its people of one role and one language."""

    def __init__(self, programmes: Sequence[ProgrammeFacts], at: datetime) -> None:
        self.at = at
        self.programmes = programmes
        self.kept: dict[tuple[int, str, str], list[Section]] = {}
        self.parts: dict[tuple[int, str], list[ProgrammeFacts]] = {}

    def sections(self, who: PersonOf) -> list[Section]:
        """The sections of one person in one role."""
        kind = audience.KIND_OF[Role(who.role)].value
        key = (who.organisation_id, who.role if kind == "PLACE_OPERATOR" else kind, who.language)
        if key not in self.kept:
            self.kept[key] = list(self._compose(who))
        return self.kept[key]

    def of_programmes(self, roles: Sequence[PersonOf]) -> list[ProgrammeFacts]:
        """The programmes a person works with."""
        found = {programme.id: programme for who in roles for programme in self._of(who)}
        return [found[key] for key in sorted(found)]

    def _of(self, who: PersonOf) -> list[ProgrammeFacts]:
        kind = audience.KIND_OF[Role(who.role)]
        key = (who.organisation_id, kind.value)
        if key not in self.parts:
            self.parts[key] = [
                each for each in self.programmes if who.organisation_id in audience.organisations_of(each.id, kind, at=self.at)
            ]
        return self.parts[key]

    def _compose(self, who: PersonOf) -> Iterator[Section]:
        if who.role in audience.DESK:
            yield Section(parties.organisation_name(who.organisation_id), tuple(_desk(who.organisation_id, self._of(who), self.at)))
        elif who.role in audience.PLACE:
            yield Section(parties.organisation_name(who.organisation_id), tuple(_place(who, self.at)))
        else:
            tell = _funder if who.role == Role.FUNDER else _operator
            for programme in self._of(who):
                yield Section(programme.name, tuple(tell(programme, self.at)))


def _desk(organisation_id: int, programmes: Sequence[ProgrammeFacts], at: datetime) -> Iterator[str]:
    """Stock, given, came, what sleeps, calls to make, lessons with seats near."""
    held = sum(line.booklet_count for line in ledger.stock(holder_id=organisation_id, to_give_at=at))
    given = distribution.totals(organisation_id=organisation_id, since=at - WEEK)
    if held or given.hand_over_count:
        stock = ngettext("%(count)s carnet à remettre", "%(count)s carnets à remettre", held) % {"count": number_format(held)}
        gave = ngettext("%(count)s remise en 7 jours", "%(count)s remises en 7 jours", given.hand_over_count)
        yield f"{stock}, {gave % {'count': number_format(given.hand_over_count)}}."
    figures = workshops.desk_figures(organisation_id=organisation_id, since=at - WEEK, at=at)
    if figures.booked:
        facts = {"came": figures.came, "absent": figures.absent, "cancelled": figures.cancelled}
        yield _("Leçons réservées de la semaine, par personne : venue %(came)s, absente %(absent)s, annulée %(cancelled)s.") % facts
    missed = len(distribution.to_book_again(organisation_id=organisation_id, at=at))
    if missed:
        text = ngettext("%(count)s leçon manquée à réserver à nouveau.", "%(count)s leçons manquées à réserver à nouveau.", missed)
        yield text % {"count": missed}
    calls, letters = distribution.reminders_waiting(organisation_id=organisation_id)
    if calls:
        yield ngettext("%(count)s personne à rappeler", "%(count)s personnes à rappeler", calls) % {"count": calls} + "."
    if letters:
        yield ngettext("%(count)s lettre de rappel à poster", "%(count)s lettres de rappel à poster", letters) % {"count": letters} + "."
    for programme in programmes:
        for view in distribution.points(programme.id, organisation_id=organisation_id, at=at):
            if view.is_asleep:
                facts = {"count": view.point.at_hand, "days": view.point.idle_days}
                yield _("%(count)s carnets n’ont pas bougé depuis %(days)s jours : remettez-les, ou rendez-les.") % facts
    yield from _lessons_near(organisation_id, at)


def _lessons_near(organisation_id: int, at: datetime) -> Iterator[str]:
    card = parties.organisation(organisation_id)
    where = card.postcode or card.city
    if not where:
        return
    try:
        around = places.locality(where).code
    except LocalityUnknown:
        return
    until_on = legal_day(at) + WEEK
    found = workshops.agenda(at=at, around=around, radius_km=20, with_seats=True, until_on=until_on, per_page=LESSONS_SHOWN)
    for each in found.sessions:
        facts = {"title": each.title, "place": each.place_name, "day": date_format(each.day, "l d/m"), "seats": each.free_seats}
        yield (
            ngettext(
                "%(title)s, %(place)s, %(day)s : %(seats)s place libre.",
                "%(title)s, %(place)s, %(day)s : %(seats)s places libres.",
                each.free_seats,
            )
            % facts
        )


def _place(who: PersonOf, at: datetime) -> Iterator[str]:
    """The payment that comes, the week's bookings, who came to be noted, disputes that wait."""
    if who.role == Role.PLACE_MANAGER:
        for each in settlement.expected_payments(organisation_id=who.organisation_id, at=at)[:2]:
            day = date_format(each.payable_on, "l d/m") if each.payable_on else _("jour à dire")
            facts = {"euros": _euros(each.cents), "day": day, "programme": each.programme}
            yield _("Paiement à venir : %(euros)s (%(day)s, %(programme)s).") % facts
        waiting = len(redemption.disputes(organisation_id=who.organisation_id, is_open=True))
        if waiting:
            text = ngettext("%(count)s contestation attend une réponse.", "%(count)s contestations attendent une réponse.", waiting)
            yield text % {"count": waiting}
    for asked in helpline.asked_of(organisation_id=who.organisation_id, at=at, waiting_only=True)[:2]:
        if asked.asked_until_on is not None:
            yield _("Une réclamation : dites votre version avant le %(day)s.") % {"day": date_format(asked.asked_until_on, "d/m")}
    coming = workshops.expected_at(organisation_id=who.organisation_id, since=at, until=at + WEEK)
    if coming.sessions:
        held = {"sessions": coming.sessions, "booked": coming.booked, "seats": coming.seats}
        yield _("Séances des 7 prochains jours : %(sessions)s, avec %(booked)s inscrits pour %(seats)s places.") % held
    past = workshops.expected_at(organisation_id=who.organisation_id, since=at - WEEK, until=at)
    if past.unknown:
        text = ngettext(
            "%(count)s personne inscrite : dites si elle est venue.",
            "%(count)s personnes inscrites : dites si elles sont venues.",
            past.unknown,
        )
        yield text % {"count": past.unknown}


def _operator(programme: ProgrammeFacts, at: datetime) -> Iterator[str]:
    """What is late, desk by desk and place by place."""
    requests = distribution.stock_requests(programme_id=programme.id, open_only=True)
    if requests:
        text = ngettext("%(count)s guichet attend des carnets.", "%(count)s guichets attendent des carnets.", len(requests))
        yield text % {"count": len(requests)}
    views = [view for view in distribution.points(programme.id, at=at) if not view.point.is_depot]
    asleep = [view for view in views if view.is_asleep]
    if asleep:
        facts = {"count": len(asleep), "booklets": sum(view.point.at_hand for view in asleep)}
        yield _("Guichets endormis : %(count)s, avec %(booklets)s carnets.") % facts
    for period in settlement.periods_to_claim(programme_ids=[programme.id], at=at):
        yield _("Chèques acceptés avant le %(day)s : à compter pour payer les lieux.") % {
            "day": date_format(legal_day(period.until), "d/m")
        }
    waits = expiry.waiting_since(programme.id, at=at)
    if waits is not None:
        yield _("Fin de validité : une étape attend votre confirmation depuis le %(day)s.") % {"day": date_format(waits, "d/m")}
    disputes = len(redemption.disputes(programme_id=programme.id, is_open=True))
    if disputes:
        text = ngettext("%(count)s contestation à trancher.", "%(count)s contestations à trancher.", disputes)
        yield text % {"count": disputes}
    complaints, overdue = helpline.waiting_in(programme.id, at=at)
    if complaints:
        text = ngettext("%(count)s réclamation attend sa réponse.", "%(count)s réclamations attendent leur réponse.", complaints)
        yield text % {"count": complaints}
    if overdue:
        text = ngettext("%(count)s réclamation est en retard.", "%(count)s réclamations sont en retard.", overdue)
        yield text % {"count": overdue}
    late = len(places.late_confirmations([programme.id], at=at))
    if late:
        yield ngettext(
            "%(count)s lieu à rappeler : sa page n’est pas confirmée.", "%(count)s lieux à rappeler : leur page n’est pas confirmée.", late
        ) % {"count": late}


def _funder(programme: ProgrammeFacts, at: datetime) -> Iterator[str]:
    """The use of the week, and since the beginning."""
    today = start_of_day(legal_day(at))
    used = redemption.count_between(programme_id=programme.id, since=today - WEEK, until=today)
    given = sum(each.voucher_count for each in distribution.totals_by_desk(programme_id=programme.id, since=today - WEEK))
    if used or given:
        counts = ledger.counts(programme_id=programme.id)
        facts = {"used": number_format(used), "given": number_format(given), "total": number_format(counts.redeemed)}
        yield _("En 7 jours : %(given)s chèques remis, %(used)s utilisés. Depuis le début : %(total)s utilisés.") % facts


def _euros(cents: int) -> str:
    whole, rest = divmod(cents, 100)
    return f"{number_format(whole)},{rest:02d} €" if translation.get_language() != "en" else f"€{number_format(whole)}.{rest:02d}"


# Monday at seven: read before the first person comes in.
@app.periodic(cron="0 7 * * 1")
@app.task(name="notices.digests", queue="timers", queueing_lock="notices.digests")
def send_on_monday(timestamp: int) -> None:
    """The timer of the week's letters."""
    send(at=timezone.now())


# A round cut short on Monday is taken up again: what was written is not written twice.
@app.periodic(cron="30 8 * * 1-2")
@app.task(name="notices.digests-again", queue="timers", queueing_lock="notices.digests-again")
def send_what_is_left(timestamp: int) -> None:
    """The second look."""
    send(at=timezone.now())
