"""Refusals of archives: writing them, reading them."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "archive-refused": _("Cette archive ne peut pas servir."),
    "archive-missing": _("Il n’y a pas d’archive de programme dans %(folder)s."),
    "archive-unreadable": _("L’étape %(step)s de l’archive ne se lit pas (%(file)s)."),
    "archive-busy": _("Un autre travail écrit déjà dans %(folder)s : attendez qu’il finisse, ou arrêtez-le."),
    "export-refused": _("Cette archive ne peut pas être écrite."),
    "archive-folder-of-another": _("Le dossier %(folder)s garde l’archive d’un autre programme (%(found)s) : choisissez un autre dossier."),
    "successor-key-unreadable": _(
        "%(file)s n’est pas la clé publique d’un successeur : donnez le fichier .pub que fait « carnet archive key new »."
    ),
    "archives-not-kept": _("Cette installation n’écrit pas d’archive par elle-même : qui la tient règle CARNET_ARCHIVES_DIR."),
}
