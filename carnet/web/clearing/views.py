"""What the operator reads: its partners, each one's claims, statements and money; and the totals that others read."""

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.continuity.access import clearing as access
from carnet.continuity.operations import clearing as operations
from carnet.continuity.queries import clearing as queries
from carnet.continuity.queries.clearing import PartnerView
from carnet.continuity.rules.clearing.claims import PartnerState
from carnet.continuity.rules.clearing.identities import read_identity
from carnet.funding import queries as funding
from carnet.gateways.keys import fingerprint
from carnet.kernel.identifiers import Siret
from carnet.kernel.refusals import Refusal
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationKind, allowed
from carnet.web import clock
from carnet.web.clearing import words
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Row, Table
from carnet.web.design.screens import actor_of


def home(request: HttpRequest) -> HttpResponse:
    """Every partner, and who we are for them."""
    actor = actor_of(request)
    found = queries.partners(actor=actor)
    columns = [
        Column(_("Opérateur")), Column(_("État")), Column(_("Il nous doit"), number=True), Column(_("Chèques à nous, pris chez lui"), number=True),
        Column(_("Sans réponse"), number=True),
    ]  # fmt: skip
    rows = []
    for each in found:
        state, tone = words.PARTNER_STATES[each.state]
        owed = formats.euros(each.standing.owed_cents) if each.standing else "–"
        rows.append([
            Cell(each.name, url=reverse("clearing:partner", args=[each.id])), Cell(str(state), tone=tone), owed,
            formats.euros(each.taken_cents), formats.number(each.waiting_count),
        ])  # fmt: skip
    context = {
        "office": words.office_of(actor),
        "partners": Table(_("Opérateurs partenaires"), columns, rows, empty=_("Aucun opérateur partenaire pour l’instant.")),
        "own": _own(request),
        "siret": parties.organisation(actor.organisation_id).siret if actor.organisation_id else None,
        "may_propose": allowed(actor.roles, "continuity.propose-partner"),
    }
    return render(request, "clearing/home.html", context)


def _own(request: HttpRequest) -> list[Row]:
    actor = actor_of(request)
    if actor.organisation_id is None or OrganisationKind.OPERATOR not in parties.organisation(actor.organisation_id).kinds:
        return []
    try:
        operator = access.own_operator(actor)
    except Refusal:
        return [Row(_("Notre SIRET"), _("L’opérateur n’a pas de SIRET : aucun message ne peut le nommer."))]
    assert operator.siret is not None
    told = read_identity(operations.own_identity(siret=operator.siret, at=clock.now())["identity"])
    return [
        Row(_("Notre SIRET"), operator.printed_number),
        Row(_("Notre adresse"), told.address),
        Row(_("Notre empreinte, à lire au téléphone"), fingerprint(told.signing, told.sealing)),
    ]


def identity(request: HttpRequest, siret: str) -> HttpResponse:
    """The document that says who we are, to give to another operator."""
    operator = access.own_operator(actor_of(request))
    if operator.siret != siret:
        raise Http404
    content = json.dumps(operations.own_identity(siret=siret, at=clock.now()), ensure_ascii=False)
    response = HttpResponse(content, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="operateur-{operator.siret}.json"'
    return response


def partner(request: HttpRequest, partner_id: int) -> HttpResponse:
    """One partner: what is owed both ways, what waits, what may be done now."""
    actor = actor_of(request)
    found = queries.partner(actor=actor, partner_id=partner_id)
    statements = queries.statements(actor=actor, partner_id=partner_id)
    may_settle = allowed(actor.roles, "continuity.settle-clearing") and found.organisation_id is not None
    may_approve = allowed(actor.roles, "continuity.approve-partner")
    context = {
        "office": words.office_of(actor),
        "partner": found,
        "state": words.PARTNER_STATES[found.state],
        "figures": _figures(found),
        "rows": _rows(found),
        "may_agree": may_approve and found.proposed is not None and found.proposed.proposed_by_id != actor.person_id,
        "waits_for_another": found.proposed is not None and found.proposed.proposed_by_id == actor.person_id,
        "may_end": allowed(actor.roles, "continuity.propose-partner") and found.state is PartnerState.OPEN and found.ending_by_id is None,
        "may_agree_end": may_approve
        and found.state is PartnerState.OPEN
        and found.ending_by_id is not None
        and found.ending_by_id != actor.person_id,
        "may_settle": may_settle,
        "suspects": words.suspects_table(queries.suspects(actor=actor, partner_id=partner_id)) if found.suspect_count else None,
        "statements": words.statements_table(statements),
        "differences": words.differences_table(statements) if any(each.differences for each in statements) else None,
        "transfers": words.transfers_table(queries.transfers(actor=actor, partner_id=partner_id)),
        "payments": words.payments_table(
            queries.payments(actor=actor, partner_id=partner_id),
            may_settle=may_settle,
            may_approve=allowed(actor.roles, "continuity.approve-clearing-payment"),
            person_id=actor.person_id,
        ),
    }
    return render(request, "clearing/partner.html", context)


def _figures(found: PartnerView) -> list[Figure]:
    figures = [Figure(formats.euros(found.taken_cents), _("de nos chèques, pris dans ses lieux"))]
    if found.standing is not None:
        figures += [
            Figure(formats.euros(found.standing.owed_cents), _("qu’il nous doit encore")),
            Figure(formats.euros(found.standing.claimed_cents), _("dû à nos lieux")),
            Figure(formats.euros(found.standing.available_cents), _("disponible pour les payer")),
        ]
    return figures


def _rows(found: PartnerView) -> list[Row]:
    rows = [
        Row(_("SIRET"), Siret(found.siret).printed()),
        Row(_("Adresse de son installation"), found.address or _("aucune : par fichiers")),
    ]
    shown = found.proposed or found.current
    if shown is not None:
        # Proposed keys are heard on the telephone, never copied from here.
        said = shown.fingerprint if shown.state == "OPEN" else _("à entendre au téléphone")
        rows.append(Row(_("Empreinte de ses clés"), said))
        rows.append(Row(_("Ses programmes"), ", ".join(f"{each.name} ({formats.euros(each.cents)})" for each in shown.programmes)))
        ours = funding.programmes(shown.programme_ids)
        rows.append(Row(_("Nos programmes que ses lieux peuvent prendre"), ", ".join(each.name for each in ours)))
    if found.tried_at is not None:
        tried = formats.moment(found.tried_at)
        said = _("%(at)s, sans réponse (%(why)s)") % {"at": tried, "why": found.failure} if found.failure else tried
        rows.append(Row(_("Dernier échange"), said))
    if found.standing is not None and found.standing.advanced_cents:
        rows.append(Row(_("Avancé par nous"), formats.euros(found.standing.advanced_cents)))
    return rows


def partner_claims(request: HttpRequest, partner_id: int) -> HttpResponse:
    """What our places took of a partner's vouchers."""
    actor = actor_of(request)
    found = queries.partner(actor=actor, partner_id=partner_id)
    context = {
        "office": words.office_of(actor),
        "partner": found,
        "claims": words.claims_table(queries.claims_of_partner(actor=actor, partner_id=partner_id), is_place=False),
    }
    return render(request, "clearing/partner_claims.html", context)


def payment_file(request: HttpRequest, payment_id: int) -> HttpResponse:
    """The bank's file of an agreed payment."""
    name, content = operations.payment_file(payment_id=payment_id, actor=actor_of(request), at=clock.now())
    response = HttpResponse(content, content_type="application/xml")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def totals(request: HttpRequest) -> HttpResponse:
    """For funders and auditors: what other operators' places took of their programmes, in totals."""
    actor = actor_of(request)
    found = queries.totals(actor=actor)
    columns = [Column(_("Programme")), Column(_("Opérateur")), Column(_("Chèques"), number=True), Column(_("Somme"), number=True)]
    rows = [[each.programme, each.partner, formats.number(each.taken_count), formats.euros(each.taken_cents)] for each in found]
    context = {
        "office": words.office_of(actor),
        "figures": [
            Figure(formats.number(sum(each.taken_count for each in found)), _("chèques acceptés chez d’autres opérateurs")),
            Figure(formats.euros(sum(each.taken_cents for each in found)), _("leur valeur")),
        ],
        "table": Table(_("Chez d’autres opérateurs"), columns, rows, empty=_("Aucun chèque n’a été pris chez un autre opérateur.")),
    }
    return render(request, "clearing/totals.html", context)
