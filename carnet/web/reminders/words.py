"""The words of reminders, audiences and messages, in the reader's language."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.distribution.queries import ReminderToMake
from carnet.distribution.rules.reminders import ContactChannel, ReminderKind
from carnet.parties.rules import Role
from carnet.web.design import formats

CHANNELS: Mapping[ContactChannel, Promise] = {
    ContactChannel.TEXT: gettext_lazy("Par SMS"),
    ContactChannel.CALL: gettext_lazy("Par un appel du guichet"),
    ContactChannel.LETTER: gettext_lazy("Par lettre"),
}
KINDS: Mapping[ReminderKind, Promise] = {
    ReminderKind.FIRST_LESSON: gettext_lazy("Sa première leçon"),
    ReminderKind.IDLE: gettext_lazy("Rien d’utilisé depuis 30 jours"),
    ReminderKind.EXPIRY: gettext_lazy("Fin des chèques bientôt"),
}
# Whom one speaks to, as an operator names them, and the roles it means.
AUDIENCES: Mapping[str, tuple[Promise, tuple[Role, ...]]] = {
    "desks": (gettext_lazy("Les guichets"), (Role.PRESCRIBER_LEAD, Role.PRESCRIBER)),
    "places": (gettext_lazy("Les lieux"), (Role.PLACE_MANAGER, Role.MEDIATOR)),
    "funders": (gettext_lazy("Les financeurs"), (Role.FUNDER,)),
    "office": (gettext_lazy("L’équipe de l’opérateur"), (Role.OPERATOR_ADMIN, Role.OPERATOR_AGENT, Role.TREASURER, Role.APPROVER)),
    "auditors": (gettext_lazy("Les auditeurs"), (Role.AUDITOR,)),
}
MESSAGES: Mapping[str, Promise] = {
    "distribution.reminder-first-lesson": gettext_lazy("SMS : la première leçon, la veille"),
    "distribution.reminder-idle": gettext_lazy("SMS : rien d’utilisé depuis 30 jours"),
    "distribution.reminder-expiry": gettext_lazy("SMS : la fin des chèques"),
    "distribution.slip": gettext_lazy("SMS : la fiche d’une leçon"),
    "distribution.season-invitation": gettext_lazy("Lettre : invitation à une nouvelle saison"),
    "notices.digest": gettext_lazy("Lettre de la semaine : objet et introduction"),
}
LANGUAGES: Mapping[str, Promise] = {"fr": gettext_lazy("en français"), "en": gettext_lazy("en anglais")}
FIELDS: Mapping[str, Promise] = {
    "programme": gettext_lazy("le nom du programme"),
    "telephone": gettext_lazy("le numéro de l’assistance"),
    "nombre": gettext_lazy("combien de chèques il reste"),
    "fin": gettext_lazy("leur dernier jour"),
    "jour": gettext_lazy("le jour de la leçon"),
    "heure": gettext_lazy("l’heure de la leçon"),
    "lieu": gettext_lazy("le lieu de la leçon"),
    "adresse": gettext_lazy("l’adresse du lieu"),
    "numero": gettext_lazy("le numéro de la réservation"),
    "ancien": gettext_lazy("la saison passée"),
    "organisation": gettext_lazy("l’organisation invitée"),
    "jusqu_au": gettext_lazy("le dernier jour de remise"),
    "semaine": gettext_lazy("le lundi de la semaine"),
}


def audiences_of(roles: tuple[str, ...]) -> str:
    """The audiences whose roles are all there."""
    return ", ".join(str(words) for words, asked in AUDIENCES.values() if {role.value for role in asked} <= set(roles))


def to_say(each: ReminderToMake, phone: str) -> list[str]:
    """What is said on the telephone, or written, sentence by sentence."""
    if each.kind is ReminderKind.FIRST_LESSON and each.lesson_at is not None:
        facts = {"day": formats.weekday(each.lesson_at), "hour": formats.clock_time(each.lesson_at), "place": each.lesson_place}
        said = [_("Votre leçon est %(day)s à %(hour)s.") % facts, _("C’est à %(place)s.") % facts, _("Apportez votre carnet.")]
    else:
        facts = {"count": formats.number(each.left_count), "day": formats.day(each.said_on)}
        said = [_("Il vous reste %(count)s chèques.") % facts, _("Ils servent jusqu’au %(day)s.") % facts, _("C’est gratuit pour vous.")]
        said.append(_("Voulez-vous réserver une leçon ?"))
    if phone:
        said.append(_("Une question ? Appelez le %(phone)s.") % {"phone": phone})
    return said
