"""What samples are called on screen."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.controls.queries.samples import SampleView
from carnet.controls.rules.samples import Evidence, Finding, Interval, Method
from carnet.kernel.actors import Actor
from carnet.parties.rules import home_of
from carnet.web.design import formats

METHODS = {
    Method.RANDOM: gettext_lazy("Au hasard"),
    Method.RISK: gettext_lazy("Selon le risque"),
}
FINDINGS = {
    Finding.PROVED: (gettext_lazy("Leçon prouvée"), "success"),
    Finding.NOT_PROVED: (gettext_lazy("Leçon non prouvée"), "danger"),
    Finding.CANNOT_SAY: (gettext_lazy("On ne peut pas dire"), "warning"),
}
EVIDENCE = {
    Evidence.SHEET: gettext_lazy("La feuille de présence du lieu"),
    Evidence.AGENDA: gettext_lazy("L’agenda des séances ou des rendez-vous"),
    Evidence.VOUCHER: gettext_lazy("Le chèque en papier, gardé par le lieu"),
    Evidence.VISIT: gettext_lazy("Une visite sur place"),
    Evidence.TALK: gettext_lazy("Une discussion avec le lieu"),
    Evidence.OTHER: gettext_lazy("Une autre preuve"),
}


def office_of(actor: Actor) -> str:
    """The frame of whoever reads."""
    return f"{home_of(actor.roles).split(':')[0]}/office.html"


def state_of(view: SampleView) -> tuple[str, str]:
    """Where a sample stands, and its tone."""
    if view.closed_at is not None:
        return _("clos"), "success"
    if view.drawn_at is None:
        return _("promis"), "neutral"
    return (_("vérifié, à clore"), "warning") if view.missing == 0 else (_("à vérifier"), "info")


def share(part: float) -> str:
    """A share with one decimal."""
    return formats.basis_points(round(part * 10_000))


def interval(of: Interval) -> str:
    """Between which shares the truth is."""
    return _("de %(low)s à %(high)s") % {"low": share(of.low), "high": share(of.high)}
