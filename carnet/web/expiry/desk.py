"""A desk lead's part of the end of validity: the days that matter at a desk, and its own booklets."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from carnet.kernel.periods import legal_day
from carnet.settlement.queries import expiry as queries
from carnet.settlement.rules.expiry import ExpiryStep
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Figure
from carnet.web.design.screens import actor_of
from carnet.web.doors import door


def season_end(request: HttpRequest) -> HttpResponse:
    """The seasons of this desk that are ending."""
    actor, at = actor_of(request), clock.now()
    found = queries.desk_expiries(actor, organisation_id=actor.organisation_id or 0, at=at)
    context = {"base": "prescriber/desk.html", "seasons": [_season(each, at) for each in found]}
    return render(request, "expiry/desk.html", context)


def _season(each: queries.DeskExpiry, at: datetime) -> dict[str, object]:
    today, now = legal_day(at), at
    stops_on = legal_day(each.stop_at) if each.stop_at else each.days[ExpiryStep.STOP]
    stop_words = (
        _("Plus aucune remise depuis ce jour. Les carnets restent dans l’armoire.")
        if each.stop_at and each.stop_at <= now
        else _("Dernier jour pour remettre : la veille. Ensuite le site refuse.")
        if each.stop_at
        else _("Arrêt prévu des remises. Vous serez prévenu du jour exact.")
    )
    days = [
        (stops_on, _("Arrêt des remises"), stop_words),
        (each.days[ExpiryStep.PRINTED_END], _("Fin imprimée sur les chèques"), _("Les personnes peuvent encore s’en servir un moment.")),
        (each.days[ExpiryStep.ACCEPTANCE_END], _("Les lieux ne les acceptent plus"), _("Dites aux personnes d’y aller avant.")),
    ]
    progress = each.progress
    return {
        "programme": each.programme,
        "is_stopped": each.stop_at is not None and each.stop_at <= now,
        "days": [{"day": day, "title": title, "text": text, "is_past": day <= today} for day, title, text in days],
        "figures": [
            Figure(formats.number(progress.not_handed_over), _("Carnets à remettre")),
            Figure(formats.number(progress.handed_over), _("Remis")),
            Figure(formats.number(progress.started), _("Commencés"), _("au moins un chèque utilisé")),
        ],
    }


urlpatterns = [path("season-end/", door("settlement.see-desk-expiry")(season_end), name="season-end")]
