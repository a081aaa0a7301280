"""Sentences of the refusals of feasibility studies."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "connection-study-unknown": _("Cette étude n’existe pas, ou n’est pas partagée avec vous."),
    "connection-study-estate-wrong": _("Rien n’est gardé de ce fichier. Défauts à corriger, puis renvoyez-le : %(count)s."),
    "connection-study-column-missing": _("Ces colonnes manquent : %(columns)s."),
    "connection-study-estate-empty": _("Ce fichier n’a aucun logement occupé à étudier."),
    "connection-study-estate-too-large": _(
        "Une étude prend au plus %(residences_max)s résidences et %(dwellings_max)s logements. Coupez le fichier en deux."
    ),
    "connection-study-assumption-wrong": _("Écrivez trois valeurs qui montent : basse, probable, haute, dans les limites dites."),
    "connection-study-choice-wrong": _("Cette valeur sort des limites d’une étude."),
    "connection-study-name-missing": _("Donnez un nom à cette étude."),
    "connection-study-not-shareable": _("Cette étude ne peut pas être partagée là. Choisissez dans la liste."),
    "connection-study-compare": _("Choisissez de %(least)s à %(most)s études à comparer."),
}
