"""Sentences of the desk's refusals."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "not-prescriber": _("Votre organisation ne distribue pas, ou plus, les carnets de « %(programme)s »."),
    "series-not-active": _(
        "Ces carnets ne sont pas encore activés : un lieu les refuserait. Remettez-en d’autres, ou appelez l’opérateur."
    ),
    "nothing-to-hand-over": _("Choisissez un carnet, ou au moins un chèque."),
    "too-many-at-once": _("C’est trop en une fois : %(count)s, alors que le plus possible est %(most)s."),
    "outside-perimeter": _("Ces carnets sont réservés aux personnes qui habitent le territoire. Rien n’a été remis."),
    "not-your-desk": _("Vous n’agissez pas pour cette organisation."),
    "not-a-prescriber-organisation": _("« %(organisation)s » n’est pas enregistrée comme organisation qui distribue des carnets."),
    "not-a-loss": _("Un guichet déclare un carnet perdu, volé ou abîmé. Seul l’opérateur en rappelle."),
    "hand-over-unknown": _("Cette remise n’existe pas, ou n’est pas de votre guichet."),
}
