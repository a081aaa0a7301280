"""What is said when the OpenID provider refuses: to whoever registers a client or turns its keys, from the command line."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, str | Promise] = {
    "openid-address-refused": _(
        "L’adresse « %(address)s » ne convient pas : https, sans # ni nom d’utilisateur ; http sur cette machine seulement."
    ),
    "openid-client-known": _("Un client « %(client)s » est déjà inscrit."),
    "openid-client-unknown": _("Aucun client « %(client)s » n’est inscrit."),
    "openid-secret-too-short": _("Le secret convenu doit avoir au moins %(least)s caractères."),
    "openid-key-missing": _("Aucune clé de signature %(algorithm)s sur cette machine. Remettez le dossier des clés à sa place."),
}
