"""Sentences of the API's own refusals."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "request-refused": _("Cette demande ne peut pas être reçue."),
    "token-missing": _("Un jeton est nécessaire : « Authorization: Bearer … »."),
    "idempotency-key-missing": _("Une clé de requête est nécessaire (%(field)s) : la même clé, envoyée deux fois, ne dépense qu’une fois."),
    "body-type-unsupported": _("Le corps de la demande doit être du JSON (application/json, en UTF-8)."),
    "body-too-large": _("Le corps de la demande dépasse %(kilobytes_max)s ko."),
    "body-not-json": _("Le corps de la demande n’est pas du JSON lisible."),
    "request-invalid": _("La demande n’est pas conforme : voyez le champ « %(field)s »."),
    "cursor-invalid": _("Ce curseur n’est pas de cette liste : reprenez-la depuis son début, ou suivez l’adresse « next » telle quelle."),
    "batch-held-back": _("Au moins un chèque du groupe n’a pas pu être pris : aucun ne l’a été."),
    "address-unknown": _("Rien ne répond à cette adresse."),
    "method-not-allowed": _("Cette adresse ne répond pas à cette méthode, mais à : %(allowed)s."),
    "metrics-closed": _("Les compteurs sont réservés à l’exploitant du site."),
    "too-busy": _("Trop de demandes attendent. Réessayez dans un instant avec la même clé."),
    "database-away": _("La base de données ne répond pas. Réessayez dans un instant avec la même clé."),
    "disk-full": _("Le serveur n’a plus de place pour écrire : rien n’a été fait. Réessayez plus tard avec la même clé."),
    "answer-failed": _("Une panne est survenue. Renvoyez la même demande avec la même clé pour savoir ce qui a été fait."),
}
