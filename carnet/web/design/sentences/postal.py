"""Sentences of a booklet asked by post. A person without account reads them: short, one idea each."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "postal-address-incomplete": _("Écrivez votre nom, la rue, le code postal et la ville."),
    "postal-town-unknown": _("Nous ne connaissons pas « %(commune)s » avec ce code postal. Relisez les deux."),
    "postal-outside": _("Aucun carnet n’est envoyé dans votre ville. Appelez : on vous aide à trouver."),
    "postal-closed": _("Nous ne pouvons pas envoyer de carnet aujourd’hui. Appelez : une personne vous répond."),
    "postal-number-mistyped": _("Ce numéro comporte une erreur. Il ressemble à K7FM-42PX."),
    "postal-unknown": _("Nous ne trouvons pas cette demande. Relisez le numéro."),
    "postal-ended": _("Cette demande est terminée. L’adresse est effacée."),
    "postal-not-ready": _("Lisez d’abord le carnet mis dans l’enveloppe."),
    "postal-ready": _("Le carnet est déjà dans l’enveloppe."),
}
