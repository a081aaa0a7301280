"""What is said when a backup, its archive or a restoration stops."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, str | Promise] = {
    "backup-recipient": _(
        "« %(about)s » n’est pas une clé publique de sauvegarde, ni un fichier qui en contient une : « carnet backup keygen » en fait une."
    ),
    "backup-identity": _("Le fichier %(about)s ne contient pas de clé privée de sauvegarde."),
    "backup-other-key": _("La clé donnée n’ouvre pas %(file)s : ce fichier a été scellé pour une autre."),
    "backup-damaged": _(
        "Le fichier de sauvegarde %(file)s est abîmé (%(reason)s) : rien n’a été restauré. Prenez-en une autre copie, ou une autre sauvegarde."
    ),
    "backup-segment-missing": _(
        "Il manque %(file)s dans l’archive continue, avant %(after)s : retrouvez ce fichier, ou restaurez jusqu’à ce trou avec « --despite-a-hole »."
    ),
    "backup-programs": _(
        "Le programme %(program)s de PostgreSQL %(version)s n’est pas sur cette machine : installez le paquet postgresql-%(version)s."
    ),
    "backup-server": _(
        "PostgreSQL ne se laisse pas copier (%(reason)s) : donnez dans CARNET_BACKUP_URL l’adresse d’un rôle qui a le droit REPLICATION."
    ),
    "backup-tablespaces": _(
        "Cette base range des tables hors de son dossier (%(count)s espaces de tables) : sauvegardez-la avec un outil qui les connaît, comme pgBackRest."
    ),
    "backup-base-failed": _("La copie de la base s’est arrêtée avant la fin (%(reason)s) : il n’en reste rien."),
    "backup-other-cluster": _("Le dossier %(folder)s contient les sauvegardes d’une autre base : choisissez-en un autre."),
    "backup-already-archiving": _("L’archive continue de %(folder)s est déjà reçue par un autre programme."),
    "backup-archive-lost": _(
        "PostgreSQL n’a pas gardé ce que l’archive n’avait pas encore reçu (%(slot)s) : l’archive reprend d’ici, faites tout de suite une nouvelle sauvegarde."
    ),
    "backup-no-base": _("Le dossier %(folder)s ne contient pas cette sauvegarde."),
    "backup-too-early": _("Aucune sauvegarde n’est antérieure à %(moment)s : la plus ancienne date de %(earliest)s."),
    "backup-too-late": _("L’archive s’arrête avant ce moment : la dernière écriture connue date de %(latest)s."),
    "backup-place-taken": _("Il y a déjà quelque chose dans %(folder)s : une restauration n’écrase rien, choisissez un dossier neuf."),
    "backup-restore-failed": _("PostgreSQL ne démarre pas sur ce qui a été restauré (%(reason)s) : il n’en reste rien."),
}
