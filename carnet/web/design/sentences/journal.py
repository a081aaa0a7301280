"""Sentences of the journal's refusals."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "journal-refused": _("Le journal refuse cette opération."),
    "idempotency-mismatch": _("Cette clé de requête a déjà servi pour une autre demande."),
    "idempotency-in-flight": _("Une demande avec cette clé est en cours. Réessayez dans un instant avec la même clé."),
    "idempotency-key-invalid": _("La clé de requête doit compter de 1 à %(length_max)s caractères."),
}
