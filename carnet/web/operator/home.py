"""The operator's morning: what waits today, oldest first, one verb each; then where the money and the vouchers are."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.funding import queries as funding
from carnet.funding.rules import PledgeState
from carnet.issuing import queries as issuing
from carnet.issuing.rules import Step
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.ledger.rules import Counts, Money
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.settlement import queries as settlement
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Figure, Task
from carnet.web.design.screens import actor_of
from carnet.web.doors import door
from carnet.web.figures import count_figures, money_figures

# The next step of an order: what is said, the verb, the action its doer must hold.
ORDER_STEPS = {
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
        "counts": count_figures(counts),
        "money": [Figure(figure.value, figure.label) for figure in money_figures(money)],
    }


def _tasks(actor: Actor, programmes: list[funding.ProgrammeFacts], at: datetime) -> Iterator[Task]:
    yield from _approvals(actor)
    programme_ids = [each.id for each in programmes]
    agreements = funding.agreements(actor, programme_ids, at=at)
    if allowed(actor.roles, "funding.sign-agreement"):
        yield from _without_agreement(programmes, {each.programme_id for each in agreements})
    open_agreements = [each for each in agreements if each.closed_at is None]
    if allowed(actor.roles, "funding.record-payment"):
        yield from _missing_money(open_agreements)
    if allowed(actor.roles, "funding.prepare-agreement"):
        yield from _waiting_pledges(open_agreements)
    yield from _orders(actor, set(programme_ids))
    if allowed(actor.roles, "settlement.see"):
        yield from _payments(actor, programme_ids, at)


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
                programme.windows.hand_over_from,
            )


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
        url = _address("operator:order", order.id)
        if step and url and order.programme_id in programme_ids and allowed(actor.roles, step[2]):
            title = str(step[0]) % {"booklets": formats.number(order.booklet_count)}
            yield Task(title, str(step[1]), url, order.ordered_at, order.programme_name)


def _payments(actor: Actor, programme_ids: list[int], at: datetime) -> Iterator[Task]:
    url = _address("operator:payments")
    if not url:
        return
    for waiting in settlement.waiting_payments(actor=actor, programme_ids=programme_ids, at=at):
        detail = f"{waiting.programme}, {waiting.agreement}"
        if waiting.ready_count and allowed(actor.roles, "settlement.prepare-payment"):
            title = _("%(amount)s à payer aux lieux") % {"amount": formats.euros(waiting.ready_cents)}
            yield Task(title, _("Préparer le paiement"), url, None, detail)
        for returned in waiting.returned:
            if allowed(actor.roles, "settlement.check-claims"):
                yield Task(
                    _("Virement revenu : %(payee)s, %(amount)s") % {"payee": returned.payee, "amount": formats.euros(returned.cents)},
                    _("Réparer"),
                    url,
                    returned.returned_on,
                    detail,
                    "danger",
                    _("bloque un paiement"),
                )
        for line in waiting.set_aside:
            if allowed(actor.roles, "settlement.check-claims"):
                yield Task(
                    _("%(payee)s attend %(amount)s") % {"payee": line.payee, "amount": formats.euros(line.cents)},
                    _("Voir pourquoi"),
                    url,
                    line.since,
                    detail,
                    "warning",
                    _("mis de côté"),
                )
        for run in waiting.sent_runs:
            if allowed(actor.roles, "settlement.read-bank-file"):
                yield Task(
                    _("Réponse de la banque attendue pour %(amount)s") % {"amount": formats.euros(run.cents)},
                    _("Lire le fichier"),
                    url,
                    run.sent_at,
                    detail,
                )


def _address(route: str, *args: object) -> str:
    try:
        return reverse(route, args=args)
    except NoReverseMatch:
        return ""


def _moment(since: datetime | date | None) -> datetime:
    if since is None:
        return datetime.max.replace(tzinfo=UTC)
    return since if isinstance(since, datetime) else datetime.combine(since, time.min, tzinfo=UTC)


urlpatterns = [path("", home, name="home")]
