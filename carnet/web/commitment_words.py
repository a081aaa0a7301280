"""The words of an account that holds what is promised, or not: never a colour alone, always a word and a sentence."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.continuity.queries.commitments import ProgrammeNow
from carnet.continuity.rules.commitments import STATEMENT_DAYS_MAX, Alert
from carnet.web.design import formats

ALERTS: Mapping[Alert, Promise] = {
    Alert.GAP: gettext_lazy("Il manque de l’argent"),
    Alert.STATEMENT_MISSING: gettext_lazy("Aucun relevé"),
    Alert.STATEMENT_OLD: gettext_lazy("Relevé trop vieux"),
    Alert.LABEL_WITHDRAWN: gettext_lazy("Label retiré"),
    Alert.LABEL_ENDED: gettext_lazy("Label fini"),
}
LABELS: Mapping[str, Promise] = {
    "in-force": gettext_lazy("en vigueur"),
    "none": gettext_lazy("jamais demandé, ou pas encore accordé"),
    "ended": gettext_lazy("fini"),
    "withdrawn": gettext_lazy("retiré par l’État"),
}


def alert_sentence(alert: Alert, told: ProgrammeNow) -> str:
    """What is wrong, for anybody."""
    if alert is Alert.GAP:
        return _("Le compte devrait contenir %(amount)s de plus. Ce qui est promis n’est plus entièrement couvert.") % {
            "amount": formats.euros(told.gap_cents)
        }
    if alert is Alert.STATEMENT_OLD:
        return _("Le dernier relevé montré date du %(day)s : plus de %(days)s jours. Personne ne peut dire ce que contient le compte.") % {
            "day": formats.day(told.account_on) if told.account_on else "–",
            "days": STATEMENT_DAYS_MAX,
        }
    if alert is Alert.STATEMENT_MISSING:
        return _("De l’argent est promis, et personne n’a montré de relevé du compte depuis %(days)s jours.") % {"days": STATEMENT_DAYS_MAX}
    if alert is Alert.LABEL_WITHDRAWN:
        return _("L’État a retiré son label à l’opérateur %(operator)s, qui garde encore de l’argent.") % {"operator": told.operator}
    return _("Le label de l’opérateur %(operator)s est fini, et il garde encore de l’argent.") % {"operator": told.operator}


def state_of(told: ProgrammeNow) -> tuple[str, str, str]:
    """A programme in a word, its tone, and a sentence."""
    if told.alerts:
        return str(ALERTS[told.alerts[0]]), "danger", alert_sentence(told.alerts[0], told)
    if not told.cents("needed_cents"):
        return _("Rien à couvrir"), "neutral", _("Plus rien n’est promis : tout est payé, ou rendu.")
    if any(each.cover.explained_cents for each in told.accounts):
        return _("Paiement en route"), "warning", _("Un paiement envoyé explique ce qui n’est plus sur le compte.")
    if told.account_cents is None:
        return _("Relevé attendu"), "neutral", _("L’argent vient d’arriver : le premier relevé du compte est attendu.")
    return _("Couvert"), "success", _("Le compte contient tout ce qui est promis.")
