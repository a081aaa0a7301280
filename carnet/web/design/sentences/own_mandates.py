"""Sentences of the refusals a person meets on their own page, and of consent given by text message. Short: many who read them read little."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "paper-code-wrong": _("Ce numéro et ce code ne vont pas ensemble. Recopiez-les, ou téléphonez."),
    "paper-code-locked": _("Trop d’essais avec ce papier. Il est bloqué. Téléphonez à la structure qui vous aide."),
    "paper-code-not-locked": _("Ce papier n’est pas bloqué."),
    "paper-code-printed": _("Ce code a été imprimé le %(printed_at)s, une seule fois. Le papier est perdu ? Donnez un nouveau code."),
    "own-visit-over": _("Votre visite est finie. Recommencez avec votre papier."),
    "own-mandate-unknown": _("Ce mandat n’est pas à vous, ou n’existe pas."),
    "mandate-letter-unknown": _("Cette lettre n’est plus à envoyer."),
    "remote-consent-closed": _("Le programme n’a pas ouvert l’accord par SMS. Faites signer la personne sur place."),
    "remote-consent-not-given": _("La personne n’a pas dit oui par SMS à ce mandat-là : mêmes démarches, même durée. Reposez la question."),
    "remote-consent-unknown": _("Cette demande d’accord n’existe pas ici."),
    "remote-consent-waits": _("Une question attend déjà sa réponse à ce numéro. Attendez, ou annulez-la."),
    "remote-consent-number-taken": _("Ce numéro a déjà répondu pour %(people)s autres personnes. Utilisez le téléphone de la personne."),
    "remote-consents-too-many": _("Votre structure a déjà posé %(most)s questions par SMS aujourd’hui. Faites signer sur place."),
    "remote-consent-over": _("Cette demande d’accord est finie : il n’y a rien à annuler."),
}
