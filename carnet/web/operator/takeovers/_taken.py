"""Takeovers: every one, and one with what came, what was checked, what is still to do."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.continuity.queries import takeovers as queries
from carnet.continuity.queries.takeovers import PaperClaimView, ReceiptLine, TakeoverView
from carnet.funding import queries as funding
from carnet.funding.operations import ring_fence
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.places import queries as places
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Row, Table
from carnet.web.design.screens import actor_of
from carnet.web.design.sentences import sentence_for
from carnet.web.taken import CLAIM_STATES, grouped_key

# What is told of the rows that came, table by table.
CAME = (
    ("ledger_voucher", gettext_lazy("Chèques")),
    ("redemption_redemption", gettext_lazy("Encaissements")),
    ("ledger_movement", gettext_lazy("Mouvements d’argent")),
    ("places_place", gettext_lazy("Lieux")),
    ("parties_organisation", gettext_lazy("Organisations")),
    ("redemption_device", gettext_lazy("Appareils sans réseau")),
    ("parties_apitoken", gettext_lazy("Jetons de machines")),
    ("journal_line", gettext_lazy("Lignes du journal")),
)


def takeovers(request: HttpRequest) -> HttpResponse:
    """Every takeover, every list of serials, and the claims that wait."""
    actor = actor_of(request)
    found, files = queries.takeovers(actor=actor), queries.paper_files(actor=actor)
    columns = [
        Column(_("Programme")), Column(_("Repris à")), Column(_("Repris le")), Column(_("Connu jusqu’au")), Column(_("Reçus à regarder"), number=True),
    ]  # fmt: skip
    rows = [
        [
            Cell(each.programme_name, url=reverse("operator:takeover", args=[each.id])),
            each.former_name,
            formats.day(each.taken_at),
            formats.moment(each.known_until),
            formats.number(each.to_settle),
        ]
        for each in found
    ]
    context = {
        "table": Table(_("Programmes repris"), columns, rows, empty=_("Aucun programme n’a été repris à un autre opérateur.")),
        "files": _files_table(files) if files else None,
        "claims": _claims_table(queries.paper_claims(actor=actor)) if files else None,
    }
    return render(request, "operator/takeovers/takeovers.html", context)


def _files_table(files: list[queries.PaperFileView]) -> Table:
    columns = [
        Column(_("Programme")), Column(_("Reprise le")), Column(_("Chèques"), number=True), Column(_("À honorer"), number=True),
        Column(_("Demandés"), number=True), Column(_("Demandes jusqu’au")),
    ]  # fmt: skip
    rows = [
        [
            each.programme_name,
            formats.day(each.taken_at),
            formats.number(each.line_count),
            _("%(count)s (%(euros)s)") % {"count": formats.number(each.funded_count), "euros": formats.euros(each.funded_cents)},
            formats.number(each.claimed_count),
            formats.day(each.claims_until),
        ]
        for each in files
    ]
    return Table(_("Listes de numéros reprises"), columns, rows)


def _claims_table(claims: list[PaperClaimView]) -> Table:
    names = places.names_of([each.place_id for each in claims])
    columns = [
        Column(_("Demande")),
        Column(_("Lieu")),
        Column(_("Chèques"), number=True),
        Column(_("Montant"), number=True),
        Column(_("Réponse")),
    ]
    rows = [
        [
            Cell(_("n° %(number)s") % {"number": each.id}, url=reverse("operator:paper-claim", args=[each.id])),
            names.get(each.place_id, ""),
            formats.number(each.line_count),
            formats.euros(each.cents),
            Cell(str(CLAIM_STATES[each.state][0]), tone=CLAIM_STATES[each.state][1]),
        ]
        for each in claims
    ]
    return Table(_("Demandes sur preuve papier"), columns, rows, empty=_("Aucun lieu n’a encore rien demandé."))


def takeover(request: HttpRequest, takeover_id: int) -> HttpResponse:
    """One takeover: what came, what was checked, the gap, what is still to do."""
    actor, at = actor_of(request), clock.now()
    found = queries.takeover(actor=actor, takeover_id=takeover_id)
    counts = queries.receipt_counts(takeover_id=found.id)
    lonely = queries.lonely_places(takeover=found, at=at)
    context = {
        "takeover": found,
        "figures": [
            Figure(formats.number(found.rows.get("ledger_voucher", 0)), _("chèques")),
            Figure(formats.number(found.rows.get("redemption_redemption", 0)), _("encaissements")),
            Figure(formats.euros(found.owed_cents), _("dus aux lieux ce jour-là")),
            Figure(formats.number(len(lonely)), _("organisations à réinviter")),
        ],
        "came": [Row(str(label), formats.number(found.rows[table])) for table, label in CAME if table in found.rows],
        "checks": _checks(found),
        "waiting": _receipts_table(queries.receipts(takeover_id=found.id, waiting=True), _("Reçus refusés, à regarder"))
        if found.to_settle
        else None,
        "brought": [
            Row(
                _("Honorés ici"),
                _("%(count)s (%(euros)s)") % {"count": formats.number(counts.written), "euros": formats.euros(counts.written_cents)},
            ),
            Row(_("Déjà connus"), formats.number(counts.known)),
            Row(_("Refusés"), formats.number(counts.refused)),
        ],
        "lonely": _lonely_table(lonely) if lonely else None,
        "owed": _owed_table(found) if found.owed else None,
        "agreements": _agreement_rows(actor, found.programme_id, at),
    }
    return render(request, "operator/takeovers/takeover.html", context)


def _agreement_rows(actor: Actor, programme_id: int, at: datetime) -> list[Row]:
    """Each agreement, and whether its new account is there."""
    may_enter = allowed(actor.roles, "funding.enter-ring-fence")
    rows = []
    for each in funding.agreements(actor, [programme_id], at=at):
        if each.ring_fence.ended_at is None:
            rows.append(Row(each.name, _("nouveau compte en place")))
            continue
        waiting = ring_fence.waiting_account(each.id)
        if waiting is not None:
            address, verb = reverse("operator:ring-fence", args=[waiting.id]), _("Voir le compte saisi")
            rows.append(Row(each.name, _("attend une deuxième personne"), url=address, verb=verb))
        else:
            address = reverse("operator:ring-fence-enter", args=[each.id]) if may_enter else ""
            rows.append(Row(each.name, _("encore le compte de l’ancien opérateur"), url=address, verb=_("Saisir le nouveau compte")))
    return rows


def _checks(found: TakeoverView) -> list[Row]:
    number = found.heads.get("ledger_movement", {}).get("number")
    return [
        Row(_("Signature"), _("chaque étape est signée ; empreinte de la clé : %(key)s") % {"key": grouped_key(found.signing_key)}),
        Row(_("Lignes"), _("%(count)s lignes, chacune telle qu’elle a été signée") % {"count": formats.number(found.row_count)}),
        Row(
            _("Étapes"),
            _("de la %(first)s à la %(last)s") % {"first": formats.number(found.base_number), "last": formats.number(found.latest_number)},
        ),
        Row(
            _("Ancien journal"),
            _("gardé : son dernier sceau est le n° %(number)s") % {"number": number}
            if number
            else _("gardé ; rien n’y était encore scellé"),
        ),
        Row(_("Grand livre"), _("exact, au centime, avec les lignes reprises")),
        Row(_("Codes"), _("les clés étaient scellées pour vous : codes, QR codes et appareils marchent")),
    ]


def _receipts_table(lines: list[ReceiptLine], caption: str) -> Table:
    names = places.names_of([each.place_id for each in lines])
    columns = [
        Column(_("Chèque"), code=True),
        Column(_("Lieu")),
        Column(_("Encaissé le")),
        Column(_("Valeur"), number=True),
        Column(_("Pourquoi")),
    ]
    rows = [
        [
            Cell(each.voucher_serial, url=reverse("operator:takeover-receipt", args=[each.id])),
            names.get(each.place_id, ""),
            formats.moment(each.redeemed_at),
            formats.euros(each.value_cents),
            sentence_for(each.refusal) if each.refusal else "",
        ]
        for each in lines
    ]
    return Table(caption, columns, rows)


def _lonely_table(lonely: list[queries.Lonely]) -> Table:
    columns = [Column(_("Organisation")), Column(_("Lieux")), Column(_("On lui doit"), number=True), Column(_("Invitation"))]
    rows = [
        [
            Cell(each.name, url=reverse("operator:organisation", args=[each.organisation_id])),
            ", ".join(each.place_names) or "–",
            formats.euros(each.owed_cents),
            Cell(_("envoyée"), tone="info") if each.invited else Cell(_("à envoyer"), tone="warning"),
        ]
        for each in lonely
    ]
    return Table(_("Organisations où plus personne ne peut se connecter"), columns, rows)


def _owed_table(found: TakeoverView) -> Table:
    cards = parties.organisations(organisation_id for organisation_id, _cents in found.owed)
    rows = [[cards[key].name if key in cards else "–", formats.euros(cents)] for key, cents in found.owed]
    total = [_("Total"), formats.euros(found.owed_cents)]
    return Table(_("Dû aux lieux le jour de la reprise"), [Column(_("Organisation")), Column(_("Montant"), number=True)], rows, total=total)
