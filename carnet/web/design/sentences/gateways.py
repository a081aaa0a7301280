"""What is said when something outside Carnet refuses: the embedded PostgreSQL."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, str | Promise] = {
    "embedded-postgres-missing": _(
        "PostgreSQL est introuvable dans %(folder)s : installez Carnet avec « make run », ou indiquez votre base dans CARNET_DATABASE_URL."
    ),
    "embedded-postgres-no-user": _(
        "PostgreSQL refuse de tourner sous root, et l’utilisateur « %(name)s » n’a pas pu être créé (%(reason)s) : créez-le, ou lancez Carnet sous un autre compte."
    ),
    "embedded-postgres-folder": _("Le dossier %(folder)s ne peut pas être créé : %(reason)s."),
    "embedded-postgres-owner": _(
        "La base de ce projet (%(folder)s) appartient à l’utilisateur %(owner)s : lancez Carnet sous ce compte, ou indiquez une autre base dans CARNET_DATABASE_URL."
    ),
    "embedded-postgres-start": _("PostgreSQL n’a pas démarré en %(seconds)s secondes (%(reason)s) ; son journal : %(log)s."),
    "embedded-postgres-stop": _("PostgreSQL ne s’est pas arrêté en %(seconds)s secondes ; son journal : %(log)s."),
    "tables-busy": _(
        "Une étape attend ses tables depuis %(minutes)s minutes (%(reason)s) : cherchez la transaction qui les tient, puis relancez « carnet migrate »."
    ),
    "keys-missing": _("Les clés de ce programme ne sont pas sur cette machine. Remettez le dossier des clés à sa place (CARNET_KEYS_DIR)."),
    "person-key-destroyed": _("La clé de cette personne a été détruite : ce qu’elle scellait ne peut plus être lu."),
    "keys-unreadable": _("Un fichier de clés (%(about)s) est abîmé, ou scellé par une autre clé maîtresse. Restaurez le dossier des clés."),
    "keys-of-another": _(
        "Le dossier des clés contient déjà d’autres clés pour le programme n° %(programme_id)s (version %(version)s) : la reprise demande une installation neuve."
    ),
    "keys-exhausted": _("Ce programme a déjà changé %(version_max)s fois de clés."),
    "seed-missing": _("Le secret de cette commande n’est pas, ou plus, sur cette machine : ses codes ne peuvent pas être produits."),
    "photograph-too-heavy": _(
        "Cette photo est trop lourde : %(megabytes_max)s Mo au plus. Photographiez de plus loin, ou à une taille plus petite."
    ),
    "photograph-unreadable": _("Ce fichier n’est pas une photo qui se lit : JPEG, PNG ou WebP."),
    "file-infected": _("Ce fichier contient quelque chose de dangereux : il n’est pas gardé. Prévenez qui vous l’a donné."),
    "scanner-silent": _("Les fichiers ne peuvent pas être vérifiés en ce moment : réessayez dans quelques minutes."),
    "breached-list-unreadable": _(
        "La liste des mots de passe volés (CARNET_BREACHED_PASSWORDS) ne se lit pas : remettez le fichier en place."
    ),
    "document-too-heavy": _("Ce document est trop lourd : %(megabytes_max)s Mo et %(pages_max)s pages au plus."),
    "document-unreadable": _("Ce fichier n’est ni un PDF ni une photo qui se lit (JPEG, PNG, WebP)."),
    "document-locked": _("Ce PDF est protégé par un mot de passe : enregistrez-le sans mot de passe."),
    "logo-too-heavy": _("Ce logo est trop lourd : %(megabytes_max)s Mo et %(megapixels_max)s millions de pixels au plus."),
    "logo-unreadable": _("Ce fichier n’est pas un logo qui se lit : envoyez une image PNG, JPEG ou WebP."),
    "logo-is-drawing": _(
        "Ce fichier est un dessin (SVG, PDF ou EPS) : exportez-le en image PNG d’au moins %(needed)s pixels de large, puis envoyez cette image."
    ),
    "logo-too-small": _(
        "Ce logo est trop petit pour l’impression : %(pixels)s pixels de large sans ses marges, il en faut %(needed)s (300 points par pouce)."
    ),
    "logo-too-pale": _(
        "Ce logo ne se verrait pas sur du papier blanc : contraste de %(contrast)s pour 1, il faut %(contrast_needed)s pour 1. Envoyez la version pour fond clair."
    ),
    "logo-too-long": _(
        "Ce logo est trop allongé : au plus %(ratio_max)s fois plus long que haut, ou trois fois plus haut que long. Envoyez sa version compacte."
    ),
    "message-forged": _("Ce message n’est pas signé par la passerelle."),
    "message-stale": _("Ce message a été signé il y a trop longtemps, ou dans le futur."),
    "message-unreadable": _("Cet envoi n’est pas celui d’une passerelle de messages."),
    "identity-not-offered": _("Cette façon de s’identifier n’est pas proposée ici."),
    "identity-cancelled": _("Vous êtes revenu en arrière. Rien n’a été transmis. Vous pouvez recommencer."),
    "identity-mixed-up": _("Cette identification n’a pas été commencée ici, ou a déjà servi. Recommencez depuis le début."),
    "identity-expired": _("L’identification a duré plus de %(minutes_max)s minutes. Recommencez."),
    "identity-provider-unreachable": _("Le service d’identification ne répond pas. Réessayez dans quelques minutes."),
    "identity-provider-refused": _("Le service d’identification a refusé. Recommencez ; si cela continue, prévenez-nous."),
    "identity-forged": _("La réponse du service d’identification n’est pas sûre. Personne n’a été identifié."),
    "identity-too-weak": _("Cette façon de s’identifier n’est pas assez sûre. Choisissez-en une autre."),
    "identity-piece-missing": _("Il manque une information d’état civil dans la réponse. Personne n’a été identifié."),
    "cluster-missing": _("Ce PostgreSQL n’a pas l’extension Citus : il n’y a rien à répartir."),
    "cannot-be-spread": _("Cette base ne peut pas être répartie : %(found)s."),
}
