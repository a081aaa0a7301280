"""Every word and figure of a monthly statement, in the language being spoken."""

from datetime import date, timedelta
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from carnet.kernel.periods import add_months, legal_day
from carnet.ledger.rules import Money
from carnet.observatory.rules import AgreementForecast, FunderForecast, MonthlyFigures

MONTHS_SHOWN = 12


def words_of(figures: MonthlyFigures) -> dict[str, Any]:
    """What the paper writes."""
    month = date_format(figures.month_on, "F Y")
    last_on, made_on = add_months(figures.month_on, 1) - timedelta(days=1), legal_day(figures.made_at)
    return {
        "language": (translation.get_language() or "fr")[:2],
        "title": ", ".join([_("Comptes du mois"), month]),
        "lead": f"{figures.funder}. {figures.programme}, {figures.agreement}.",
        "simulated": _("Activité simulée : les lieux sont réels, les paiements sont inventés.") if figures.is_simulated else "",
        "sentences": list(_sentences(figures, month)),
        "money": _money(figures, last_on, made_on),
        "vouchers": _vouchers(figures, made_on),
        "forecast": _forecast(figures.forecast),
        "explanation": _(
            "Les comptes viennent du registre, au centime près ; chaque colonne se retrouve en entier sous « Votre apport ». La prévision est"
            " une estimation, jamais une promesse : combien de chèques sont utilisés selon le temps depuis leur remise, cent tirages,"
            " graine %(seed)s."
        )
        % {"seed": figures.forecast.seed},
        "sent": _("Envoyé par %(operator)s le %(day)s, sans qu’on le demande. Pour changer de destinataires ou l’arrêter : votre espace.")
        % {"operator": figures.operator, "day": _day(made_on)},
        "page": _("Page"),
        "chart_title": _("Chèques utilisés, mois par mois"),
    }


def _sentences(figures: MonthlyFigures, month: str) -> list[str]:
    paid = figures.at_end.paid - figures.before.paid
    left = figures.at_end.unissued + figures.at_end.in_circulation + figures.at_end.owed + figures.at_end.reserved
    return [
        _("En %(month)s, %(used)s chèques de la convention ont été utilisés et %(given)s ont été remis.")
        % {"month": month, "used": _number(figures.used_in_month), "given": _number(figures.given_in_month)},
        _("%(paid)s ont été payés aux lieux sur votre part. Il reste %(left)s à vous sur le compte réservé.")
        % {"paid": euros(paid), "left": euros(left)},
    ]


def _money(figures: MonthlyFigures, last_on: date, made_on: date) -> dict[str, Any]:
    words = (
        ("unissued", _("Pas encore en chèques")),
        ("in_circulation", _("En circulation")),
        ("owed", _("Dû aux lieux")),
        ("paid", _("Payé aux lieux")),
        ("returned", _("Rendu à vous")),
        *([("reserved", _("Réservé aux connexions solidaires"))] if figures.at_end.reserved else []),
        *([("served", _("Payé aux fournisseurs d’accès"))] if figures.at_end.served else []),
        ("funded", _("Votre apport")),
    )
    columns = (figures.before, figures.at_end, figures.since)

    def line(name: str, label: str) -> dict[str, Any]:
        return {"cells": [label, *(euros(_amount(each, name)) for each in columns)], "strong": name == "funded"}

    before_on = figures.month_on - timedelta(days=1)
    return {
        "title": _("Où est votre argent"),
        "columns": [_("Ligne"), *(_("Fin du %(day)s") % {"day": _short(day)} for day in (before_on, last_on)), _short(made_on)],
        "lines": [line(name, label) for name, label in words],
    }


def _amount(money: Money, name: str) -> int:
    return int(getattr(money, name))


def _vouchers(figures: MonthlyFigures, made_on: date) -> dict[str, Any]:
    lines = (
        (_("Remis dans le mois"), figures.given_in_month),
        (_("Utilisés dans le mois"), figures.used_in_month),
        (_("Utilisés en tout, à la fin du mois"), figures.used_at_end),
        (_("Utilisés depuis, jusqu’au %(day)s") % {"day": _short(made_on)}, figures.used_since),
    )
    return {
        "title": _("Les chèques de la convention"),
        "columns": [_("Ligne"), _("Chèques")],
        "lines": [{"cells": [label, _number(count)], "strong": False} for label, count in lines],
    }


def _forecast(forecast: AgreementForecast) -> dict[str, Any]:
    if not forecast.is_said:
        return {
            "title": _("Ce qui est prévu"),
            "sentences": [_("Rien n’est prévisible encore : aucun chèque n’a été utilisé.")],
            "lines": [],
        }
    months = [month for month in forecast.cash.months if month.used or month.pay_cents or month.on_use][:MONTHS_SHOWN]
    with_calls = any(month.on_use for month in months)
    columns = [_("Mois"), _("Chèques utilisés"), _("À payer aux lieux"), *([_("À votre charge")] if with_calls else [])]
    lines = [
        {
            "cells": [
                date_format(month.first_on, "F Y"),
                _number(month.used),
                euros(month.pay_cents),
                *([euros(sum(month.on_use.values()))] if with_calls else []),
            ],
            "strong": False,
        }
        for month in months
    ]
    return {"title": _("Ce qui est prévu"), "sentences": list(told(forecast)), "columns": columns, "lines": lines}


def told(forecast: AgreementForecast) -> list[str]:
    """The forecast in sentences: the use in the end, when the fund is low, what is called for, what comes back."""
    facts = {name: _number(getattr(forecast, name)) for name in ("used_in_the_end", "used_low", "used_high")}
    said = [
        _("À la fin, environ %(used_in_the_end)s chèques auront été utilisés : entre %(used_low)s et %(used_high)s, huit fois sur dix.")
        % facts
    ]
    cash = forecast.cash
    if cash.threshold_cents and cash.low_on is not None:
        if cash.low_on <= forecast.as_of:
            said.append(_("Le compte réservé est déjà sous le seuil de %(threshold)s.") % {"threshold": euros(cash.threshold_cents)})
        else:
            low = {"threshold": euros(cash.threshold_cents), "day": _day(cash.low_on)}
            said.append(_("Le compte réservé passera sous %(threshold)s vers le %(day)s.") % low)
    for own in cash.funders if len(cash.funders) == 1 else ():
        said += _own(own, forecast)
    return said


def _own(own: FunderForecast, forecast: AgreementForecast) -> list[str]:
    said = []
    if own.missing_cents:
        said.append(_("Vous devez verser dès maintenant %(amount)s pour les carnets commandés.") % {"amount": euros(own.missing_cents)})
    if own.debt_cents or own.on_use_cents > 0:
        amounts = {"now": euros(own.debt_cents), "later": euros(max(0, own.on_use_cents))}
        said.append(_("À l’usage, vous devez %(now)s aujourd’hui, et environ %(later)s d’ici la fin.") % amounts)
    if own.back_cents and forecast.cash.ends_on is not None:
        back = {"amount": euros(own.back_cents), "day": _day(forecast.cash.ends_on)}
        said.append(_("Environ %(amount)s vous reviendront après le %(day)s.") % back)
    return said


def euros(cents: int) -> str:
    """``12 345,60 €``, or ``€12,345.60`` in English."""
    whole, rest = divmod(abs(cents), 100)
    sign = "\u2212" if cents < 0 else ""
    if _english():
        return f"{sign}€{whole:,}.{rest:02d}"
    return f"{sign}{_number(whole)},{rest:02d}\u00a0€"


def _number(count: int) -> str:
    return f"{count:,}" if _english() else f"{count:,}".replace(",", "\u202f")


def _day(on: date) -> str:
    return f"1er\u00a0{date_format(on, 'F Y')}" if on.day == 1 and not _english() else date_format(on, "j F Y")


def _short(on: date) -> str:
    return date_format(on, "j M Y") if _english() else f"{on:%d/%m/%Y}"


def _english() -> bool:
    return (translation.get_language() or "fr").startswith("en")
