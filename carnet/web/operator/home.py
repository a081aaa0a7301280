"""The operator's morning: what waits today, oldest first, one verb each; then where the money and the vouchers are."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.distribution import queries as distribution
from carnet.funding import queries as funding
from carnet.funding.rules import PledgeState
from carnet.issuing import queries as issuing
from carnet.issuing.rules import Step
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.ledger.rules import Counts, Money
from carnet.mandates.queries import counting
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.redemption import queries as redemption
from carnet.settlement import queries as settlement
from carnet.settlement.queries import expiry as expiry_queries
from carnet.settlement.rules import ClosingState
from carnet.web import clock, commitment_tasks, gap_tasks
from carnet.web.connection_bills import tasks as connection_bills
from carnet.web.design import formats
from carnet.web.design.components import Task
from carnet.web.design.screens import actor_of
from carnet.web.doors import door
from carnet.web.expiry import pages as expiry_pages
from carnet.web.expiry.sides import OPERATOR
from carnet.web.figures import count_figures, money_figures
from carnet.web.forecasts import screens as forecasts
from carnet.web.helpline import complaints
from carnet.web.offers import desks as offer_desks
from carnet.web.offers import tasks as offer_tasks
from carnet.web.operator import cases, debts, desk_post, disputes, guessing, stock, takeovers, verifications
from carnet.web.operator.connections import tasks as connection_tasks
from carnet.web.operator.desk_joining import tasks as desk_tasks
from carnet.web.operator.desks import admit_url
from carnet.web.operator.joining import label_tasks
from carnet.web.operator.joining import tasks as joining_tasks
from carnet.web.operator.payments.tasks import tasks as payment_tasks
from carnet.web.operator.printing import tasks as printing_tasks
from carnet.web.operator.structures import tasks as structure_tasks
from carnet.web.parcels import pages as parcels
from carnet.web.signals.tasks import tasks as signal_tasks

# The next step of an order: what is said, the verb, the action its doer must hold.
ORDER_STEPS = {
    Step.MAKE_PROOF: (gettext_lazy("Préparer l’épreuve de %(booklets)s carnets"), gettext_lazy("Préparer"), "issuing.design"),
    Step.DRAW: (gettext_lazy("Tirer les codes de %(booklets)s carnets"), gettext_lazy("Tirer"), "issuing.draw"),
    Step.PRINT: (gettext_lazy("Préparer l’impression de %(booklets)s carnets"), gettext_lazy("Imprimer"), "issuing.draw"),
    Step.RECORD_PRINTED: (gettext_lazy("%(booklets)s carnets à l’imprimerie"), gettext_lazy("Déclarer imprimés"), "issuing.ship"),
    Step.SHIP: (gettext_lazy("%(booklets)s carnets à expédier"), gettext_lazy("Expédier"), "issuing.ship"),
    Step.ACTIVATE: (gettext_lazy("%(booklets)s carnets à activer"), gettext_lazy("Activer"), "issuing.activate"),
    Step.DESTROY_SEED: (gettext_lazy("Codes de %(booklets)s carnets imprimés à détruire"), gettext_lazy("Détruire"), "issuing.draw"),
}


@door("home.operator")
def home(request: HttpRequest) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    programmes = [each for each in funding.programmes_of_operator(actor.organisation_id or 0) if each.ended_at is None]
    current = [each for each in programmes if each.is_open_at(at)] or programmes[:1]
    tasks = sorted(_tasks(actor, programmes, at), key=lambda task: _moment(task.since))
    context = {
        "tasks": tasks,
        "has_programme": bool(programmes),
        "may_create": allowed(actor.roles, "funding.manage-programme"),
        "programmes": [_figures(each) for each in current],
    }
    return render(request, "operator/home.html", context)


def _figures(programme: funding.ProgrammeFacts) -> dict[str, object]:
    counts: Counts = ledger.counts(programme_id=programme.id)
    money: Money = ledger.money(programme_id=programme.id).total
    return {
        "programme": programme,
        "counts": count_figures(counts, with_zeros=False),
        "money": money_figures(money, with_zeros=False),
        "has_begun": bool(counts.issued or money.funded),
    }


def _tasks(actor: Actor, programmes: list[funding.ProgrammeFacts], at: datetime) -> Iterator[Task]:
    yield from verifications.tasks(actor)
    yield from commitment_tasks.tasks([each.id for each in programmes], at)
    yield from _approvals(actor)
    yield from expiry_pages.tasks(actor, OPERATOR)
    yield from disputes.tasks(actor)
    yield from takeovers.tasks(actor)
    yield from debts.tasks(actor, at=at)
    yield from complaints.tasks(actor)
    yield from guessing.tasks(actor)
    yield from signal_tasks(actor, [each.id for each in programmes])
    yield from offer_tasks.tasks(offer_desks.OPERATOR, actor, at)
    yield from stock.tasks(actor, at)
    yield from parcels.tasks(actor, at)
    yield from gap_tasks.tasks(actor, [each.id for each in programmes], at)
    yield from joining_tasks(actor)
    yield from desk_tasks(actor)
    yield from structure_tasks(actor)
    yield from connection_tasks(actor)
    yield from connection_bills.of_operator(actor)
    yield from desk_post.tasks(actor, at)
    yield from printing_tasks(actor, at, seed_days=settings.SEED_DAYS)
    programme_ids = [each.id for each in programmes]
    yield from cases.tasks(actor, programme_ids, at)
    # A programme of mandates has structures, no voucher: nobody funds it, and no desk hands anything over.
    structured = counting.programmes_counted()
    with_vouchers = [each for each in programmes if each.id not in structured]
    if with_vouchers:
        yield from label_tasks(actor, at)
    agreements = funding.agreements(actor, programme_ids, at=at)
    if allowed(actor.roles, "funding.sign-agreement"):
        yield from _without_agreement(with_vouchers, {each.programme_id for each in agreements})
    if allowed(actor.roles, "distribution.admit-prescriber"):
        yield from _without_desk(with_vouchers, at)
    open_agreements = [each for each in agreements if each.closed_at is None]
    yield from forecasts.tasks(actor, open_agreements, audience="operator")
    if allowed(actor.roles, "funding.record-payment"):
        yield from _missing_money(open_agreements)
    if allowed(actor.roles, "funding.prepare-agreement"):
        yield from _waiting_pledges(open_agreements)
    yield from _orders(actor, set(programme_ids))
    if allowed(actor.roles, "redemption.type-paper"):
        yield from _sheets(actor)
    yield from payment_tasks(actor, programme_ids, open_agreements, at)
    if allowed(actor.roles, "settlement.prepare-closing"):
        yield from _closings(actor, open_agreements, at)


def _sheets(actor: Actor) -> Iterator[Task]:
    """Sheets of paper that places entrusted, or that were opened for them and never finished."""
    waiting = [each for each in redemption.sheets(actor) if each.finished_at is None]
    if waiting:
        title = ngettext("%(count)s feuille de papier à saisir", "%(count)s feuilles de papier à saisir", len(waiting))
        yield Task(title % {"count": len(waiting)}, _("Saisir"), reverse("operator:sheets"), min(each.opened_at for each in waiting))


def _approvals(actor: Actor) -> Iterator[Task]:
    waiting = parties.approvals_waiting_for(actor=actor)
    if waiting:
        count = len(waiting)
        title = ngettext("%(count)s décision à prendre", "%(count)s décisions à prendre", count) % {"count": count}
        yield Task(title, _("Décider"), reverse("accounts:approvals"), waiting[0].requested_at)


def _without_agreement(programmes: list[funding.ProgrammeFacts], with_one: set[int]) -> Iterator[Task]:
    for programme in programmes:
        if programme.id not in with_one:
            yield Task(
                _("%(programme)s n’a pas de financeur") % {"programme": programme.name},
                _("Ajouter une convention"),
                reverse("operator:agreement-new", args=[programme.id]),
            )


def _without_desk(programmes: list[funding.ProgrammeFacts], at: datetime) -> Iterator[Task]:
    for programme in programmes:
        if at < programme.windows.hand_over_until and not distribution.participations(programme_id=programme.id, at=at):
            title, verb = _("Aucun guichet ne peut remettre ces carnets"), _("Admettre un guichet")
            yield Task(title, verb, admit_url(programme.id), None, programme.name)


def _missing_money(agreements: list[funding.AgreementFacts]) -> Iterator[Task]:
    for agreement in agreements:
        missing_cents = sum(line.missing_cents for line in funding.commitments_by_funder(agreement.id))
        if missing_cents:
            yield Task(
                _("%(amount)s attendus pour couvrir les carnets commandés") % {"amount": formats.euros(missing_cents, short=True)},
                _("Enregistrer un virement"),
                reverse("operator:money-new", args=[agreement.id]),
                agreement.signed_on,
                f"{agreement.programme_name}, {agreement.name}",
            )


def _waiting_pledges(agreements: list[funding.AgreementFacts]) -> Iterator[Task]:
    waiting = [
        each for each in funding.pledges([each.id for each in agreements]) if each.state in (PledgeState.PLEDGED, PledgeState.SIGNED)
    ]
    names = parties.organisations({each.organisation_id for each in waiting})
    for pledge in waiting:
        is_signed = pledge.state is PledgeState.SIGNED
        yield Task(
            _("Promesse de %(organisation)s : %(amount)s")
            % {"organisation": names[pledge.organisation_id].name, "amount": formats.euros(pledge.cents, short=True)},
            _("Faire entrer") if is_signed else _("Signer"),
            reverse("operator:pledge-join" if is_signed else "operator:pledge-sign", args=[pledge.agreement_id, pledge.id]),
            pledge.signed_on or pledge.pledged_at,
        )


def _orders(actor: Actor, programme_ids: set[int]) -> Iterator[Task]:
    for order in issuing.orders(actor):
        step = ORDER_STEPS.get(order.next_step)
        if step and order.programme_id in programme_ids and allowed(actor.roles, step[2]):
            title = str(step[0]) % {"booklets": formats.number(order.booklet_count)}
            yield Task(title, str(step[1]), reverse("operator:order", args=[order.id]), order.ordered_at, order.programme_name)


def _closings(actor: Actor, agreements: list[funding.AgreementFacts], at: datetime) -> Iterator[Task]:
    """Agreements that end without the steps of an end of validity, which has tasks of its own."""
    step_by_step = {each.agreement_id for each in expiry_queries.expiries(actor, at=at)}
    for agreement in agreements:
        if agreement.id in step_by_step:
            continue
        ends = [series.accepted_until for series in ledger.series_list(agreement_id=agreement.id)]
        if not ends or max(ends) > at:
            continue
        closings = settlement.closings(actor=actor, agreement_id=agreement.id)
        if any(closing.state is ClosingState.PREPARED for closing in closings):
            continue  # it waits for an approval, which is a task of its own
        if any(closing.state is ClosingState.REPAID for closing in closings):
            continue
        is_approved = any(closing.state is ClosingState.APPROVED for closing in closings)
        yield Task(
            _("La saison de %(programme)s est finie") % {"programme": agreement.programme_name},
            _("Enregistrer les remboursements") if is_approved else _("Clore"),
            reverse("operator:agreement-closing", args=[agreement.id]),
            max(ends),
            agreement.name,
        )


def _moment(since: datetime | date | None) -> datetime:
    if since is None:
        return datetime.max.replace(tzinfo=UTC)
    return since if isinstance(since, datetime) else datetime.combine(since, time.min, tzinfo=UTC)


urlpatterns = [path("", home, name="home")]
