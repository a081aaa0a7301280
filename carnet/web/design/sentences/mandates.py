"""Sentences of the refusals of mandates."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "mandate-number-mistyped": _("Ce numéro de mandat est mal tapé. Il ressemble à M-K7FM-42PX : recopiez-le."),
    "mandate-person-number-mistyped": _("Ce numéro de personne est mal tapé. Il ressemble à P-K7FM-42PX : recopiez-le."),
    "mandate-check-code-mistyped": _("Ce code est mal tapé. Recopiez les seize signes imprimés sous le carré."),
    "mandate-person-code-mistyped": _("Ce code est mal tapé. Recopiez les douze signes de votre papier."),
    "mandate-unknown": _("Aucun mandat ne correspond ici. Relisez le numéro."),
    "mandate-person-unknown": _("Personne ne correspond ici. Relisez le numéro."),
    "mandate-authorisation-unknown": _("Cette autorisation n’existe pas ici."),
    "mandate-structure-unknown": _("Cette organisation n’est pas une structure aidante de ce programme."),
    "mandate-structure-closed": _("Votre structure ne signe plus de mandats. Écrivez à l’opérateur du programme."),
    "mandate-structure-admitted": _("Cette organisation est déjà une structure aidante."),
    "mandate-draft-unknown": _("Cette préparation n’existe pas ici. Recommencez avec la personne."),
    "mandate-draft-over": _("Cette préparation est terminée, ou a plus de deux heures. Recommencez avec la personne."),
    "mandate-identity-missing": _("La personne n’a pas encore prouvé qui elle est. Passez par FranceConnect ou par le papier."),
    "mandate-identity-incomplete": _("Écrivez le nom, le prénom et la date de naissance, comme sur le papier."),
    "mandate-identity-other": _("Une autre personne vient de se connecter. Rien n’a été gardé. Recommencez avec la bonne personne."),
    "mandate-identity-erased": _("L’identité de cette personne a été effacée. Signez un nouveau mandat avec elle."),
    "mandate-second-helper-needed": _("Un deuxième aidant doit lire le papier, puis le dire depuis son propre compte."),
    "mandate-second-helper-same": _("Le deuxième aidant doit être un autre que vous."),
    "mandate-families-missing": _("Choisissez au moins une sorte de démarches."),
    "mandate-family-not-allowed": _("Votre structure ne fait pas toutes ces démarches. Choisissez parmi celles de la liste."),
    "mandate-person-protected": _(
        "Une personne sous protection ne signe pas seule. Voyez avec son tuteur, son curateur ou son mandataire. Rien n’a été signé."
    ),
    "mandate-person-ended": _("Le dossier de cette personne est fermé. Aucun mandat ne peut être signé."),
    "mandate-consent-missing": _("La personne doit dire oui avant la signature."),
    "mandate-renewal-too-late": _("Ce mandat est fini depuis plus de %(days)s jours. Signez-en un nouveau avec la personne."),
    "mandate-authorisation-over": _("La personne n’autorise plus cette démarche. Demandez-lui si elle veut signer de nouveau."),
    "mandate-procedure-not-of-family": _("Cette démarche n’est pas de cette sorte. Choisissez l’autorisation qui la couvre."),
    "mandate-service-missing": _("Écrivez où la démarche est faite : le nom du service."),
    "mandate-nothing-to-end": _("Rien n’était en cours : c’était déjà terminé."),
    "mandate-nothing-to-transfer": _("Aucun mandat en cours que l’autre structure puisse reprendre."),
    "mandate-transfer-elsewhere": _("Choisissez une autre structure du même programme."),
}
