"""The answers to text messages: plain words of the telephones' own alphabet, 160 units at most, in French or English.

No accent outside that alphabet (no ê, ç, ô…), no curly apostrophe, no euro sign: a test counts every one of them.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.kernel.identifiers import PhoneNumber
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal
from carnet.places import queries as places
from carnet.redemption.operations import TextAnswer, TextLine
from carnet.redemption.rules import SERVICE_NUMBERS, TEXT_UNITS_MAX, Help, Spend, Stop, Undo, packed, units
from carnet.settlement import queries as settlement
from carnet.web import clock
from carnet.web.design import formats

# What each refusal is in a few words, after the number of the voucher. `%(day)s` is the day a fact of the refusal tells.
REFUSALS: dict[str, str | Promise] = {
    "code-mistyped": gettext_lazy("erreur dans les 18 chiffres, relisez-les."),
    "serial-mistyped": gettext_lazy("numéro mal lu, relisez-le."),
    "voucher-unknown": gettext_lazy("inconnu ici. Vérifiez le numéro et les 18 chiffres."),
    "voucher-already-redeemed": gettext_lazy("déjà utilisé le %(day)s."),
    "voucher-lapsed": gettext_lazy("périmé depuis le %(day)s."),
    "voucher-not-active": gettext_lazy("pas en service."),
    "voucher-reserved": gettext_lazy("réservé pour un autre lieu."),
    "place-not-accepted": gettext_lazy("votre lieu n'accepte pas de chèques aujourd'hui."),
    "service-not-accepted": gettext_lazy("ce service n'est pas payé ici."),
    "voucher-count-wrong": gettext_lazy("ce service prend plusieurs chèques : tous dans un seul message."),
    "service-missing": gettext_lazy("quel service ? Ajoutez son numéro."),
    "service-unclear": gettext_lazy("service pas compris. Mettez son numéro."),
    "attended-invalid": gettext_lazy("le jour doit tomber dans l'année écoulée."),
    "too-many-attempts": gettext_lazy("trop de codes faux. Attendez un quart d'heure ou appelez l'assistance."),
    "serial-locked": gettext_lazy("bloqué après trop de codes faux. Appelez l'assistance."),
    "held-back": gettext_lazy("écrit deux fois."),
    "already-reversed": gettext_lazy("déjà annulé."),
    "undo-window-closed": gettext_lazy("trop tard pour annuler. Appelez l'opérateur."),
    "redemption-unknown": gettext_lazy("rien à annuler sous ce numéro."),
    "not-done-by-this-telephone": gettext_lazy("pas accepté par ce téléphone, annulez à l'écran."),
    "reason-missing": gettext_lazy("dites pourquoi : ANNULE, le numéro, puis la raison."),
    "nir-in-text": gettext_lazy("pas de numéro de sécurité sociale dans la raison."),
    "iban-in-text": gettext_lazy("pas de numéro de compte dans la raison."),
    "text-unclear": gettext_lazy("Pas compris. Écrivez : numéro du chèque, 18 chiffres, service. AIDE pour un exemple."),
    "text-too-long": gettext_lazy("Trop de chèques : 6 au plus par message. Rien n'a été pris."),
    "texts-too-many": gettext_lazy("Trop de messages en une heure. Attendez, ou appelez l'assistance."),
}
OUTCOMES: dict[str, str | Promise] = {"redeemable": gettext_lazy("bon, %(euros)s, pas encore pris.")}
HELP = gettext_lazy(
    "Numéro du chèque, 18 chiffres, service. Ex : NM-000012345-67 482915006731284906 4. TEST devant : voir sans prendre. ANNULE. STOP."
)
STRANGER = gettext_lazy("Ce numéro n'est pas enregistré. Le responsable de votre lieu peut l'ajouter sur le site, page Téléphones.")
NO_MORE_REMINDERS = gettext_lazy("C'est fait : plus de rappels. Votre numéro est effacé.")
STOPPED = gettext_lazy("C'est fait : ce téléphone ne sert plus à aucun lieu.")
CONFIRMATION = gettext_lazy(
    "Carnet : %(digits)s est le code à taper sur le site pour que ce téléphone serve à votre lieu. Valable 10 minutes."
)


def confirmation(digits: str, *, language: str) -> str:
    """The message that carries the digits of a registration."""
    with translation.override(language):
        return str(CONFIRMATION) % {"digits": digits}


def answers(answer: TextAnswer) -> Sequence[str]:
    """What is sent back: one line a voucher, packed into as few messages as hold them."""
    with translation.override(answer.language):
        if answer.place_id is None:
            return [str(NO_MORE_REMINDERS if answer.lines else STRANGER)]
        return packed([_fitted(_line(line, answer.place_id)) for line in answer.lines])


def _fitted(line: str) -> str:
    """A line that fits in one message, whatever a fact may hold."""
    shown = "".join(each if units(each) <= TEXT_UNITS_MAX else "?" for each in line)
    while units(shown) > TEXT_UNITS_MAX:
        shown = shown[:-1]
    return shown


def _line(line: TextLine, place_id: int) -> str:
    if line.refusal is not None:
        return _refused(line, line.refusal, place_id)
    if line.redeemed is not None:
        paid = settlement.day_of_payment(programme_id=line.redeemed.programme_id, redeemed_at=line.redeemed.redeemed_at)
        facts = {"serial": line.redeemed.voucher_serial, "euros": _euros(line.redeemed.value_cents), "day": _day(paid)}
        return _("%(serial)s : accepté, %(euros)s, payé le %(day)s.") % facts
    if line.seen is not None:
        words = OUTCOMES.get(line.seen.outcome) or REFUSALS.get(line.seen.outcome) or _("refusé.")
        day = line.seen.redeemed_at or line.seen.accepted_until
        return f"{line.seen.voucher_serial} : {str(words) % {'euros': _euros(line.seen.value_cents), 'day': _day(day)}}"
    if isinstance(line.command, Undo):
        return _("%(serial)s : annulé, il peut de nouveau servir.") % {"serial": line.command.number}
    if isinstance(line.command, Stop):
        return str(STOPPED)
    assert isinstance(line.command, Help)
    return str(HELP)


def _refused(line: TextLine, refusal: Refusal, place_id: int) -> str:
    facts = refusal.facts
    day = facts.get("redeemed_at") or facts.get("accepted_until") or clock.now()
    words = str(REFUSALS.get(refusal.code) or _("refusé.")) % {"day": _day(day)}
    if refusal.code == "service-missing":
        words = f"{words} {_services(place_id)}"
    if isinstance(line.command, Spend):
        return f"{line.command.serial} : {words}"
    return f"{line.command.number[:40]} : {words}" if isinstance(line.command, Undo) else words


def _services(place_id: int) -> str:
    """The numbers of what the place is paid for, as many as fit."""
    codes = {code for each in places.accepted(place_id, at=clock.now()) for code in each.service_codes}
    words = [f"{each.number} {each.words[0].lower()}" for each in SERVICE_NUMBERS if each.code in codes]
    while len(", ".join(words)) > 90:
        words.pop()
    return ", ".join(words)


def _euros(cents: int) -> str:
    whole, rest = divmod(cents, 100)
    return f"{whole}{formats.decimal_mark()}{rest:02d} EUR" if rest else f"{whole} EUR"


def _day(moment: date | datetime) -> str:
    return f"{legal_day(moment) if isinstance(moment, datetime) else moment:%d/%m/%Y}"


def number_to_write_to() -> str:
    """The gateway's number as people write it, or nothing."""
    return PhoneNumber.parse(settings.SMS_NUMBER).printed() if settings.SMS_NUMBER else ""
