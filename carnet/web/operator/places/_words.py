"""What the fields of the standard are called on the screens."""

from django.utils.translation import gettext_lazy as _

from carnet.places.rules.proposing import Reason
from carnet.web.place_fields import LABELS

FIELDS = {
    **LABELS,
    "coordonnees": _("Latitude et longitude ensemble"),
    "horaires_lundi": _("Horaires du lundi"),
    "horaires_mardi": _("Horaires du mardi"),
    "horaires_mercredi": _("Horaires du mercredi"),
    "horaires_jeudi": _("Horaires du jeudi"),
    "horaires_vendredi": _("Horaires du vendredi"),
    "horaires_samedi": _("Horaires du samedi"),
    "horaires_dimanche": _("Horaires du dimanche"),
    "accessibilite": _("Fiche d’accessibilité (ancien standard)"),
    "cle_ban": _("Clé de la base des adresses (ancien standard)"),
    "conditions_acces": _("Conditions d’accès (ancien standard)"),
    "courriel": _("Courriel (ancien standard)"),
    "labels_autres": _("Autres labels (ancien standard)"),
    "labels_nationaux": _("Labels nationaux (ancien standard)"),
    "publics_accueillis": _("Publics accueillis (ancien standard)"),
}

REASONS = {
    Reason.NAME: (_("nom du standard"), "success"),
    Reason.REMEMBERED: (_("votre choix d’avant"), "success"),
    Reason.SYNONYM: (_("nom connu"), "info"),
    Reason.VALUES: (_("d’après les valeurs"), "warning"),
    Reason.NONE: (_("non reconnue"), "neutral"),
}
