"""What is owed and what the accounts hold: now, for everybody; and what was published day after day, with its signature."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.continuity.queries import commitments as reading
from carnet.continuity.queries.commitments import AccountNow, ProgrammeNow
from carnet.continuity.rules.commitments import Alert
from carnet.continuity.rules.publication import Sealed, as_csv, as_json, fingerprint
from carnet.funding import queries as funding
from carnet.funding.rules import ProgrammeUnknown
from carnet.kernel.identifiers import Siret
from carnet.web import clock, theming
from carnet.web.commitment_words import ALERTS, LABELS, alert_sentence, state_of
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Download, Figure, Row, Table
from carnet.web.public import figures

DAYS_SHOWN = 14
TOTALS = ("funded_cents", "owed_cents", "in_circulation_cents", "unissued_cents", "connections_cents", "sent_cents")


@dataclass(frozen=True, slots=True)
class Warned:
    """One thing in red: its word, its sentence, and where to look."""

    title: str
    text: str
    url: str


def everything(request: HttpRequest) -> HttpResponse:
    """Every programme: what is in danger first, in words, then one line each."""
    at = clock.now()
    found = figures.commitments_now(at)
    real = [each for each in found if not each.is_simulated]
    counted = real or found
    theming.carry_only_one(request, funding.programmes(), at)
    context = {
        "warned": [each for programme in found for each in _warned(programme)],
        "figures": _totals(counted) if counted else [],
        "is_simulated": bool(found) and not real,
        "table": _programmes_table(found),
        "published_on": reading.latest_published(),
        "downloads": _downloads(),
    }
    return render(request, "public/commitments.html", context)


def one(request: HttpRequest, slug: str) -> HttpResponse:
    """One programme: each of its accounts, and what was published of it."""
    at = clock.now()
    try:
        programme = funding.programme_by_slug(slug)
    except ProgrammeUnknown:
        raise Http404 from None
    told = figures.commitment_now(programme.id, at)
    if told is None:
        raise Http404
    word, tone, sentence = state_of(told)
    theming.carry_only_one(request, funding.programmes(), at)
    context = {
        "told": told,
        "state": word,
        "tone": tone,
        "sentence": sentence,
        "warned": list(_warned(told)),
        "figures": _totals([told]),
        "rows": _facts(told),
        "accounts": [(each, _account_rows(each)) for each in told.accounts],
        "table": _days_table(reading.published_days(programme_id=programme.id, limit=DAYS_SHOWN)),
        "keys": [(str(version), fingerprint(public)) for version, public in told.keys],
        "downloads": _downloads(),
    }
    return render(request, "public/commitments_of.html", context)


def csv_file(request: HttpRequest) -> HttpResponse:
    """Every day that was published, one line a day and programme, byte for byte as it was signed."""
    return _file(as_csv(reading.published_days()), "text/csv; charset=utf-8", "commitments.csv")


def json_file(request: HttpRequest) -> HttpResponse:
    """The same, for programs."""
    return _file(as_json(reading.published_days()), "application/json", "commitments.json")


def _file(content: str, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = "public, max-age=300"
    return response


def _downloads() -> list[Download]:
    return [
        Download(_("Tous les jours publiés, pour un tableur"), reverse("public:commitments-csv"), "CSV"),
        Download(_("Les mêmes, signés, pour un programme"), reverse("public:commitments-json"), "JSON"),
    ]


def _warned(told: ProgrammeNow) -> Iterable[Warned]:
    for alert in told.alerts:
        yield Warned(f"{ALERTS[alert]} : {told.name}", alert_sentence(alert, told), reverse("public:commitments-of", args=[told.slug]))


def _totals(found: Sequence[ProgrammeNow]) -> list[Figure]:
    sums = {name: sum(each.cents(name) for each in found) for name in TOTALS}
    gap = sum(each.gap_cents for each in found)
    since = min((each.owed_since for each in found if each.owed_since is not None), default=None)
    shown = [
        Figure(formats.euros(sums["owed_cents"]), _("dû aux lieux"), _("depuis le %(day)s") % {"day": formats.day(since)} if since else ""),
        Figure(formats.euros(sums["in_circulation_cents"]), _("en circulation"), _("dans les mains des gens ou des guichets")),
        Figure(formats.euros(sums["unissued_cents"]), _("pas encore émis")),
    ]
    if sums["connections_cents"]:
        shown.append(Figure(formats.euros(sums["connections_cents"]), _("réservé à des connexions")))
    if sums["sent_cents"]:
        shown.append(Figure(formats.euros(sums["sent_cents"]), _("payé, en route"), _("la banque n’a pas encore répondu")))
    shown.append(Figure(formats.euros(sums["funded_cents"]), _("financé depuis le début")))
    held = [each.account_cents for each in found]
    if held and all(each is not None for each in held):
        shown.append(Figure(formats.euros(sum(each or 0 for each in held)), _("sur les comptes"), _account_day(found)))
    shown.append(Figure(formats.euros(gap), _("manquant")))
    return shown


def _account_day(found: Sequence[ProgrammeNow]) -> str:
    day = min((each.account_on for each in found if each.account_on is not None), default=None)
    return _("au %(day)s") % {"day": formats.day(day)} if day else ""


def _programmes_table(found: Sequence[ProgrammeNow]) -> Table:
    columns = [
        Column(_("Programme")),
        Column(_("Opérateur")),
        Column(_("Promis"), number=True),
        Column(_("Dû aux lieux"), number=True),
        Column(_("Sur le compte"), number=True),
        Column(_("Relevé du")),
        Column(_("Manquant"), number=True),
        Column(_("État")),
    ]
    rows = [_programme_row(each) for each in found]
    return Table(_("Programme par programme"), columns, rows, empty=_("Aucun programme n’a encore reçu d’argent."))


def _programme_row(told: ProgrammeNow) -> list[Any]:
    word, tone, _sentence = state_of(told)
    name = _("%(name)s (simulé)") % {"name": told.name} if told.is_simulated else told.name
    return [
        Cell(name, url=reverse("public:commitments-of", args=[told.slug])),
        told.operator,
        formats.euros(told.cents("needed_cents")),
        formats.euros(told.cents("owed_cents")),
        formats.euros(told.account_cents) if told.account_cents is not None else "–",
        formats.day(told.account_on) if told.account_on is not None else "–",
        formats.euros(told.gap_cents),
        Cell(word, tone=tone),
    ]


def _facts(told: ProgrammeNow) -> list[Row]:
    return [
        Row(_("Opérateur"), f"{told.operator}, {Siret(told.siret).printed()}" if told.siret else told.operator),
        Row(_("Label de l’État"), LABELS[told.label]),
        Row(_("Payé aux lieux et aux fournisseurs"), formats.euros(told.cents("paid_cents"))),
        Row(_("Rendu aux financeurs"), formats.euros(told.cents("returned_cents"))),
    ]


def _account_rows(account: AccountNow) -> list[Row]:
    standing, cover = account.standing, account.cover
    rows = [
        Row(_("Promis"), formats.euros(cover.needed_cents)),
        Row(_("Dû aux lieux"), _with_day(standing.owed_cents, standing.owed_since)),
        Row(_("En circulation"), formats.euros(standing.in_circulation_cents)),
        Row(_("Pas encore émis"), formats.euros(standing.unissued_cents)),
    ]
    if standing.connections_cents:
        rows.append(Row(_("Réservé à des connexions"), formats.euros(standing.connections_cents)))
    if standing.landlords_cents:
        rows.append(Row(_("Versé par des bailleurs, à payer"), formats.euros(standing.landlords_cents)))
    if standing.sent_cents:
        rows.append(Row(_("Payé, en route"), formats.euros(standing.sent_cents)))
    if standing.held is None:
        rows.append(Row(_("Sur le compte"), _("personne n’a encore montré de relevé")))
        return rows
    rows.append(
        Row(_("Sur le compte"), f"{formats.euros(standing.held.cents)}, {_said_by(standing.held.source, formats.day(standing.held.day))}")
    )
    if cover.held_cents is not None and cover.held_cents != standing.held.cents:
        rows.append(Row(_("Avec ce qui est passé depuis"), formats.euros(cover.held_cents)))
    if standing.held.unmatched_count:
        rows.append(Row(_("Lignes du relevé que personne n’a reconnues"), formats.number(standing.held.unmatched_count)))
    if cover.explained_cents:
        rows.append(Row(_("Absent, mais un paiement est en route"), formats.euros(cover.explained_cents)))
    rows.append(Row(_("Manquant"), formats.euros(cover.gap_cents)))
    return rows


def _with_day(cents: int, since: Any) -> str:
    if cents and since is not None:
        return _("%(amount)s, depuis le %(day)s") % {"amount": formats.euros(cents), "day": formats.day(since)}
    return formats.euros(cents)


def _said_by(source: str, day: str) -> str:
    if source == "STATED":
        return _("au %(day)s, dit par deux personnes") % {"day": day}
    return _("au %(day)s, par le relevé de la banque") % {"day": day}


def _days_table(days: Sequence[Sealed]) -> Table:
    columns = [
        Column(_("Jour")),
        Column(_("Promis"), number=True),
        Column(_("Sur le compte"), number=True),
        Column(_("Manquant"), number=True),
        Column(_("En rouge")),
        Column(_("Empreinte")),
    ]
    rows = [_day_row(each) for each in days]
    return Table(_("Ce qui a été publié, jour après jour"), columns, rows, empty=_("La première publication paraît cette nuit."))


def _day_row(each: Sealed) -> list[Any]:
    alerts = [Alert(word) for word in str(each.content["alerts"]).split()]
    held = each.content["account_cents"]
    gap = int(each.content["gap_cents"] or 0)
    return [
        formats.day(date.fromisoformat(str(each.content["day"]))),
        formats.euros(int(each.content["needed_cents"] or 0)),
        formats.euros(int(held)) if held is not None else "–",
        formats.euros(gap),
        Cell(", ".join(str(ALERTS[alert]) for alert in alerts), tone="danger") if alerts else "–",
        f"{each.digest[:16]}…",
    ]
