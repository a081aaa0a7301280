"""An auditor's pages: the ledger of a programme, its journal, and the button that recomputes everything."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from carnet.funding import access
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as_everything
from carnet.journal import queries as journal
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.ledger.rules import AccountKind, MovementKind
from carnet.parties import queries as parties
from carnet.redemption import queries as redemption
from carnet.settlement import queries as settlement
from carnet.settlement.queries import debts
from carnet.web import clock, commitment_tasks, remittances
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table
from carnet.web.design.screens import actor_of
from carnet.web.figures import count_figures, hand_over_words, money_table, programme_rows, shares_table
from carnet.web.tenancy import stream_as

PER_PAGE = 50
ACCOUNT_WORDS = {
    AccountKind.SOURCE: gettext_lazy("Venu du financeur"),
    AccountKind.UNISSUED: gettext_lazy("Non émis"),
    AccountKind.CIRCULATION: gettext_lazy("En circulation"),
    AccountKind.OWED: gettext_lazy("Dû aux lieux"),
    AccountKind.PAID: gettext_lazy("Payé aux lieux"),
    AccountKind.RETURNED: gettext_lazy("Rendu au financeur"),
    AccountKind.DUE: gettext_lazy("Dû par le lieu"),
    AccountKind.CHARGED: gettext_lazy("Réclamé au lieu"),
    AccountKind.RESERVED: gettext_lazy("Réservé aux connexions"),
    AccountKind.BILLED: gettext_lazy("Dû au fournisseur d’accès"),
    AccountKind.SERVED: gettext_lazy("Payé au fournisseur d’accès"),
    AccountKind.OWNER: gettext_lazy("Venu du bailleur"),
    AccountKind.HOUSEHOLD: gettext_lazy("Venu des ménages"),
    AccountKind.LANDLORD: gettext_lazy("Compte du bailleur"),
    AccountKind.CALLED: gettext_lazy("Dû au fournisseur par un bailleur"),
    AccountKind.PASSED: gettext_lazy("Payé au fournisseur par bailleurs et ménages"),
    AccountKind.PARTNER: gettext_lazy("Dû par un autre opérateur"),
    AccountKind.ABROAD: gettext_lazy("Venu d’un autre opérateur"),
    AccountKind.CLAIMED: gettext_lazy("Dû aux lieux pour un autre opérateur"),
    AccountKind.HONOURED: gettext_lazy("Payé aux lieux pour un autre opérateur"),
    AccountKind.OPERATOR: gettext_lazy("Venu de l’opérateur lui-même"),
    AccountKind.ADVANCED: gettext_lazy("Avancé par l’opérateur"),
}
MOVEMENT_WORDS = {
    MovementKind.RECEIVE: gettext_lazy("argent reçu"),
    MovementKind.REPAY: gettext_lazy("argent non émis rendu"),
    MovementKind.ACTIVATE: gettext_lazy("chèques activés"),
    MovementKind.REDEEM: gettext_lazy("chèque utilisé"),
    MovementKind.REVERSE: gettext_lazy("usage annulé"),
    MovementKind.PAY: gettext_lazy("lieu payé"),
    MovementKind.UNPAY: gettext_lazy("virement revenu"),
    MovementKind.RETURN: gettext_lazy("argent des chèques périmés rendu"),
    MovementKind.EXCHANGE: gettext_lazy("chèques périmés ou perdus échangés"),
    MovementKind.CHARGE: gettext_lazy("chèque réclamé au lieu"),
    MovementKind.RECOVER: gettext_lazy("chèque rendu par le lieu"),
    MovementKind.REOPEN: gettext_lazy("de nouveau dû par le lieu"),
    MovementKind.RESERVE: gettext_lazy("argent réservé à une connexion"),
    MovementKind.RELEASE: gettext_lazy("argent d’une connexion libéré"),
    MovementKind.OWE: gettext_lazy("mois de connexion dû"),
    MovementKind.SETTLE: gettext_lazy("fournisseur d’accès payé"),
    MovementKind.UNSETTLE: gettext_lazy("virement au fournisseur revenu"),
    MovementKind.CALL: gettext_lazy("part appelée au bailleur"),
    MovementKind.REMIT: gettext_lazy("part payée par le bailleur"),
    MovementKind.LEVY: gettext_lazy("part des ménages reversée par le bailleur"),
    MovementKind.FORWARD: gettext_lazy("part du bailleur payée au fournisseur"),
    MovementKind.RECALL: gettext_lazy("part du bailleur revenue"),
    MovementKind.COLLECT: gettext_lazy("part du ménage prise par le fournisseur"),
    MovementKind.CLEAR: gettext_lazy("chèque accepté par un autre opérateur"),
    MovementKind.UNCLEAR: gettext_lazy("chèque d’un autre opérateur retiré"),
    MovementKind.COVER: gettext_lazy("argent reçu d’un autre opérateur"),
    MovementKind.ADVANCE: gettext_lazy("avance de l’opérateur"),
    MovementKind.RECOUP: gettext_lazy("avance de l’opérateur reprise"),
    MovementKind.HONOUR: gettext_lazy("lieu payé pour un autre opérateur"),
    MovementKind.BOUNCE: gettext_lazy("virement au lieu revenu"),
}


@dataclass(frozen=True, slots=True)
class Verified:
    """What a recomputation found."""

    at: Any
    faults: tuple[tuple[str, str], ...]
    broken: int
    blocks: int
    rows: int
    tail: int

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults and not self.broken


def home(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    found = funding.programmes(actor.programme_ids)
    operators = parties.organisations({each.operator_id for each in found})
    columns = [Column(_("Programme")), Column(_("Opérateur")), Column(_("Remise"))]
    rows = [
        [
            Cell(each.name, url=reverse("auditor:programme", args=[each.id])),
            operators[each.operator_id].name,
            hand_over_words(each.windows),
        ]
        for each in found
    ]
    context = {
        "table": Table(_("Programmes à contrôler"), columns, rows),
        "is_empty": not found,
        "tasks": list(commitment_tasks.tasks(actor.programme_ids, clock.now())),
    }
    return render(request, "auditor/home.html", context)


def programme(request: HttpRequest, programme_id: int) -> HttpResponse:
    return _programme_page(request, programme_id, None)


@require_POST
def verify(request: HttpRequest, programme_id: int) -> HttpResponse:
    """Recompute every invariant of the ledger and every link of the journal, now. Faults are named by invariant, never by row."""
    access.seen_programme(actor_of(request), programme_id)
    with acting_as_everything(why="an auditor asked that the whole ledger be recomputed"):
        faults = [fault for room in (ledger, redemption, settlement) for fault in room.verify()]
        sealed = journal.verify()
    found = Verified(
        at=clock.now(),
        faults=tuple(dict.fromkeys((fault.invariant, fault.what) for fault in faults)),
        broken=len(sealed.breaks),
        blocks=sealed.blocks,
        rows=sealed.rows,
        tail=sum(sealed.tail.values()),
    )
    return _programme_page(request, programme_id, found)


def _programme_page(request: HttpRequest, programme_id: int, verified: Verified | None) -> HttpResponse:
    actor = actor_of(request)
    access.seen_programme(actor, programme_id)
    facts = funding.programme(programme_id)
    agreements = funding.agreements(actor, [programme_id], at=clock.now())
    money = ledger.money(programme_id=programme_id)
    accounts = ledger.accounts(programme_id=programme_id)
    wanted = {*money.by_funder, *(each.organisation_id for each in accounts)}
    wanted |= {funder_id for agreement in agreements for funder_id in agreement.funder_ids}
    names = {each.id: each.name for each in parties.organisations(wanted).values()}
    context = {
        "programme": facts,
        "rows": programme_rows(facts),
        "money": money_table(_("Où est l’argent"), money, names),
        "counts": count_figures(ledger.counts(programme_id=programme_id)),
        "accounts": _accounts_table(programme_id, accounts, names),
        "shares": [shares_table(each.name, each.version.shares, names) for each in agreements],
        "verified": verified,
    }
    return render(request, "auditor/programme.html", context)


def _accounts_table(programme_id: int, accounts: list[ledger.AccountView], names: dict[int, str]) -> Table:
    columns = [Column(_("Compte"), number=True), Column(_("Nature")), Column(_("De qui")), Column(_("Solde"), number=True)]
    address = reverse("auditor:movements", args=[programme_id])
    rows = [
        [
            Cell(str(each.id), url=f"{address}?account={each.id}"),
            _account_words(each),
            _owner(each, names),
            formats.euros(each.balance_cents),
        ]
        for each in accounts
    ]
    total = ["", _("Somme de tous les comptes"), "", formats.euros(sum(each.balance_cents for each in accounts))]
    return Table(_("Les comptes"), columns, rows, total if rows else [], empty=_("Aucun compte pour l’instant."))


def _account_words(account: ledger.AccountView) -> str:
    words = str(ACCOUNT_WORDS[AccountKind(account.kind)])
    return _("%(account)s, série %(series)s") % {"account": words, "series": account.series_id} if account.series_id else words


def _owner(account: ledger.AccountView, names: dict[int, str]) -> str:
    return names.get(account.organisation_id, "–") if account.organisation_id else _("tous les financeurs")


def debts_of_places(request: HttpRequest, programme_id: int) -> HttpResponse:
    """What places were paid too much and owe back, beside what the ledger says of it, and the notes that ask for it."""
    actor = actor_of(request)
    facts = _seen(actor, programme_id)
    context = {
        "programme": facts,
        "table": remittances.debts_table(debts.debts_of_places(actor=actor, programme_ids=[programme_id]), "auditor"),
        "notes": remittances.notes_table(debts.debit_notes(actor=actor, programme_ids=[programme_id]), "auditor"),
    }
    return render(request, "auditor/debts.html", context)


# --- Movements and journal ----------------------------------------------------------------------------------------------


def movements(request: HttpRequest, programme_id: int) -> HttpResponse:
    facts = _seen(actor_of(request), programme_id)
    account_id, before_id = _number(request, "account"), _number(request, "before")
    found = ledger.movements(programme_id=programme_id, account_id=account_id, before_id=before_id, limit=PER_PAGE)
    names = {each.id: each.name for each in parties.organisations({each.funder_id for each in found if each.funder_id}).values()}
    accounts = {each.id: each for each in ledger.accounts(programme_id=programme_id)}
    columns = [
        Column(_("N°"), number=True), Column(_("Quand")), Column(_("Quoi")), Column(_("De")), Column(_("Vers")),
        Column(_("Pour qui")), Column(_("Montant"), number=True),
    ]  # fmt: skip
    rows = [
        [
            str(each.id),
            formats.moment(each.at),
            str(MOVEMENT_WORDS[MovementKind(each.kind)]),
            _account_words(accounts[each.credit_account_id]),
            _account_words(accounts[each.debit_account_id]),
            names.get(each.funder_id, "?") if each.funder_id else _vouchers_words(each),
            formats.euros(each.cents),
        ]
        for each in found
    ]
    kept = f"account={account_id}&" if account_id else ""
    context = {
        "programme": facts,
        "table": Table(_("Mouvements, les derniers d’abord"), columns, rows, empty=_("Aucun mouvement.")),
        "older": f"?{kept}before={found[-1].id}" if len(found) == PER_PAGE else "",
        "account_id": account_id,
    }
    return render(request, "auditor/movements.html", context)


def _vouchers_words(movement: ledger.MovementView) -> str:
    if movement.voucher_id:
        return _("chèque %(voucher)s") % {"voucher": movement.voucher_id}
    count = movement.quantity
    return ngettext("%(count)s chèque", "%(count)s chèques", count) % {"count": formats.number(count)}


def movements_file(request: HttpRequest, programme_id: int) -> HttpResponseBase:
    """Every movement of the programme, for a spreadsheet: amounts in whole cents."""
    actor = actor_of(request)
    facts = _seen(actor, programme_id)
    response = StreamingHttpResponse(stream_as(actor, lambda: _movement_lines(programme_id)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{facts.slug}-movements.csv"'
    return response


def _movement_lines(programme_id: int) -> Iterator[bytes]:
    columns = list(ledger.MovementView.__dataclass_fields__)
    yield _csv_line(columns)
    before_id: int | None = None
    while found := ledger.movements(programme_id=programme_id, before_id=before_id, limit=2000):
        before_id = found[-1].id
        for each in found:
            yield _csv_line([getattr(each, name) if getattr(each, name) is not None else "" for name in columns])


def _csv_line(cells: list[Any]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode()


def journal_lines(request: HttpRequest, programme_id: int) -> HttpResponse:
    facts = _seen(actor_of(request), programme_id)
    found = journal.lines(programme_id=programme_id, before_id=_number(request, "before"), limit=PER_PAGE)
    columns = [Column(_("Acte")), Column(_("Quand")), Column(_("Sur quoi")), Column(_("Par qui")), Column(_("Faits"))]
    rows = [
        [each.action, formats.moment(each.at), f"{each.subject_kind} {each.subject_id}", _who(each), _facts(each.facts)] for each in found
    ]
    context = {
        "programme": facts,
        "table": Table(_("Journal, les dernières lignes d’abord"), columns, rows, empty=_("Aucune ligne.")),
        "older": f"?before={found[-1].id}" if len(found) == PER_PAGE else "",
    }
    return render(request, "auditor/journal.html", context)


def _who(line: journal.LineView) -> str:
    # People appear by number: an auditor reads what was done, and asks the operator who it was.
    if line.actor_person_id is not None:
        return _("personne n° %(number)s") % {"number": line.actor_person_id}
    return line.actor_label or line.actor_kind


def _facts(facts: dict[str, Any]) -> str:
    said = {name: value for name, value in facts.items() if value not in (None, "", [], {})}
    return " · ".join(
        _("%(label)s : %(text)s") % {"label": name, "text": value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}
        for name, value in said.items()
    )


def _seen(actor: Actor, programme_id: int) -> funding.ProgrammeFacts:
    access.seen_programme(actor, programme_id)
    return funding.programme(programme_id)


def _number(request: HttpRequest, name: str) -> int | None:
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 18 else None
