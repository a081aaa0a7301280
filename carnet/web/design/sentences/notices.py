"""Sentences of the outbox's refusals, and of addresses that may not be called."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "notices-refused": _("L’envoi est refusé."),
    "webhook-address-refused": _(
        "Cette adresse ne peut pas recevoir d’événements : il faut https://, un nom de domaine public, le port 443 ou 8443, sans identifiant ni mot de passe."
    ),
    "webhook-unknown": _("Cette adresse n’existe pas ou a été supprimée."),
    "webhook-events-invalid": _("Choisissez au moins un événement de la liste."),
    "webhooks-too-many": _("Une organisation a au plus %(addresses_max)s adresses : supprimez-en une d’abord."),
    "webhook-not-running": _("Rien n’est envoyé à cette adresse en ce moment : reprenez d’abord les envois."),
    "announcement-unknown": _("Cette annonce n’existe pas, ou n’est pas de votre organisation."),
    "announcement-empty": _("Écrivez un titre et un texte en français. L’anglais, s’il y en a, a aussi un titre et un texte."),
    "announcement-for-nobody": _("Choisissez au moins un rôle et un programme."),
    "announcement-days": _("Choisissez un dernier jour à venir, après le premier, et à moins de %(days_max)s jours."),
    "text-kind-unknown": _("Ce message n’a pas de texte à écrire."),
    "text-field-unknown": _("« %(field)s » n’est pas un champ de ce message. Les champs sont : %(allowed)s."),
    "text-missing": _("Écrivez un texte, et un objet s’il s’agit d’une lettre."),
    "text-too-many-segments": _("Ce texte prendrait %(segments)s SMS. Le plus long en prend %(most)s : raccourcissez-le."),
    "stop-missing": _("Dites comment arrêter les rappels : écrivez STOP dans le texte."),
}
