"""Every sentence of the slip and of the leaflet, once, in French: the text that others translate. Short, active, without jargon.

English comes from the site's own catalogue. Other languages are in `data/`, one file each, and are marked until a person has read them.
Those of a mandate's papers (`mandate_words`) and of a connection's (`connection_words`) are translated and read with them.
"""

from carnet.web.slips.connection_words import CONNECTION_SENTENCES
from carnet.web.slips.mandate_words import MANDATE_SENTENCES


def _(text: str) -> str:
    """Mark a French sentence for extraction; it is translated when it is shown."""
    return text


SENTENCES = {
    # the slip of a lesson
    "lesson": _("Votre leçon"),
    "seat": _("Votre place à l’ordinateur"),
    "when": _("Quand"),
    "where": _("Où"),
    "who": _("Avec qui"),
    "who-team": _("Une personne du lieu vous attend."),
    "who-volunteer": _("Un bénévole vous attend."),
    "who-partner": _("Une personne d’une association vous attend."),
    "way": _("Comment y aller"),
    "way-ask": _("Perdu en route ? Appelez : on vous guide."),
    "companion": _("Vous pouvez venir avec quelqu’un."),
    "call": _("Une question ? Appelez."),
    "phone": _("Téléphone"),
    "number": _("Votre numéro de réservation"),
    "number-use": _("Vous ne pouvez pas venir ? Appelez et donnez ce numéro."),
    "waits": _("Vous êtes sur la liste d’attente. Appelez la veille."),
    "bring": _("Apportez"),
    "bring-booklet": _("Votre carnet de chèques."),
    "bring-useful": _("Vos lunettes, et votre téléphone si vous en avez un."),
    "to-give": _("Chèques à donner : %(count)s"),
    "free": _("C’est gratuit. Gardez vos chèques."),
    # the slip of vouchers
    "vouchers": _("Vos chèques"),
    "received": _("Chèques reçus : %(count)s"),
    "booklet": _("Carnet %(serial)s"),
    "until": _("Utilisez-les jusqu’au %(day)s compris."),
    "pay-nothing": _("Vous ne payez rien."),
    "secret": _("Ne donnez jamais le code par téléphone."),
    "where-to-go": _("Où aller"),
    "no-place": _("Appelez : on cherche un lieu avec vous."),
    "scan": _("Ce code montre la page du lieu."),
    "scan-places": _("Ce code montre la liste des lieux."),
    # the leaflet
    "leaflet": _("Votre carnet : comment ça marche"),
    "what": _("Ce que c’est"),
    "what-pays": _("Un chèque paie une leçon pour apprendre à utiliser un ordinateur, un téléphone, internet."),
    "in-booklet": _("Chèques dans un carnet : %(count)s"),
    "choose": _("Choisissez un lieu"),
    "choose-how": _("Appelez-nous : on cherche avec vous. Le code en bas montre les lieux."),
    "book": _("Prenez rendez-vous"),
    "book-how": _("Par téléphone ou sur place. On ne demande pas votre nom."),
    "come": _("Venez avec votre carnet"),
    "give": _("Donnez un chèque après la leçon"),
    "lost": _("Carnet perdu ?"),
    "lost-call": _("Appelez vite. Les chèques perdus sont bloqués."),
    "end": _("Jusqu’à quand ?"),
    "end-cover": _("La date est sur la couverture du carnet."),
    "nothing-needed": _("Vous n’avez pas besoin d’ordinateur, ni d’adresse e-mail."),
    # said of the translation itself
    "awaiting": _("Traduction en attente d’une relecture humaine."),
    **CONNECTION_SENTENCES,
    **MANDATE_SENTENCES,
}

# How a day and its hours are said where the site has no calendar of its own. Seven days from Monday, twelve months, as they follow a number.
CALENDAR = {
    "weekdays": "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche",
    "months": "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre",
    "day": "%(day)s %(month)s %(year)s",
    "weekday": "%(weekday)s %(date)s",
    "hours": "de %(from)s à %(to)s",
}

# What others translate: the text each translation is read beside.
SOURCES = SENTENCES | CALENDAR
