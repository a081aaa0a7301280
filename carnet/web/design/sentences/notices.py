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
}
