"""Sentences of the directory's refusals, and of what is wrong in a file of places."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from carnet.places.rules import Fault, FaultCode, Outcome

SENTENCES = {
    "place-unknown": _("Ce lieu n’existe pas dans l’annuaire."),
    "place-ended": _("Le lieu « %(name)s » a fermé le %(ended_on)s."),
    "place-not-yours": _("Le lieu « %(name)s » est tenu par une autre organisation. Rien n’a changé."),
    "place-of-another-operator": _(
        "Le lieu « %(name)s » accepte les chèques d’un autre opérateur, qui seul le change ainsi. Rien n’a changé."
    ),
    "place-file-too-large": _("Ce fichier est trop lourd : le plus lourd accepté est de %(size_max_mb)s Mo. Rien n’a été importé."),
    "place-file-empty": _("Ce fichier ne contient aucun lieu."),
    "place-file-unreadable": _(
        "Ce fichier ne peut pas être lu. Il faut un fichier CSV, XLSX ou JSON : depuis un tableur, enregistrez-le au format .xlsx ou « CSV UTF-8 »."
    ),
    "place-workbook-unreadable": _(
        "Ce classeur ne peut pas être lu : il est abîmé, protégé par un mot de passe, ou d’un autre format que .xlsx. Enregistrez-le au format .xlsx ou « CSV UTF-8 »."
    ),
    "place-workbook-too-large": _(
        "Ce classeur contient trop de données : déplié, il dépasse %(size_max_mb)s Mo ou deux millions de cases. Enregistrez la feuille utile au format CSV."
    ),
    "place-file-lines-too-many": _(
        "Ce fichier a trop de lignes : le plus possible est %(line_count_max)s. Partagez-le en plusieurs fichiers."
    ),
    "place-file-columns-too-many": _("Ce fichier a trop de colonnes : le plus possible est %(column_count_max)s."),
    "place-file-columns-missing": _("Il manque des colonnes au fichier : %(columns)s. Rien n’a été importé."),
    "place-columns-share-field": _("Plusieurs colonnes (%(columns)s) disent « %(field)s » : n’en gardez qu’une."),
    "place-mapping-unknown": _("« %(column)s » n’est ni une colonne de ce fichier, ni un champ du standard."),
    "place-edit-refused": _("« %(value)s » n’est pas compris ici. Rien n’a changé."),
    "place-file-unknown": _(
        "Ce fichier n’existe pas, ou n’est pas celui de votre organisation. Un fichier est oublié au bout de trente jours."
    ),
    "place-file-not-ready": _("Ce fichier n’en est pas à cette étape. Rien n’a changé."),
    "place-import-unknown": _("Cet import n’existe pas, ou n’est pas celui de votre organisation."),
    "place-operator-not-running-places": _("« %(organisation)s » n’est pas enregistrée comme organisation qui tient des lieux."),
    "place-provenance-missing": _("Dites d’où vient ce fichier."),
    "place-search-refused": _("Cette recherche n’est pas comprise : %(value)s."),
    "area-unknown": _("Aucun territoire n’a ce code. Cherchez-le par son nom."),
    "locality-unknown": _("Aucune commune ne s’appelle « %(value)s ». Essayez un code postal."),
    "place-offer-refused": _("« %(value)s » n’est pas compris ici. Rien n’a changé."),
    "place-report-empty": _("Dites ce qui est faux, et de quoi il s’agit."),
    "place-report-number-mistyped": _("Ce n’est pas un numéro de signalement : un caractère est faux. Recopiez-le."),
    "place-report-unknown": _("Aucun signalement ne porte ce numéro."),
    "place-report-answered": _("Une réponse a déjà été donnée à ce signalement."),
    "place-report-answer-missing": _("Écrivez ce que vous répondez à la personne."),
    "place-reports-too-many": _(
        "Beaucoup de signalements arrivent en ce moment. Attendez %(minutes)s minutes, ou appelez le lieu : rien n’a été envoyé."
    ),
    "place-repeat-of-itself": _("C’est deux fois le même lieu : choisissez-en deux."),
    "place-repeat-still-run": _(
        "Le lieu « %(name)s » est tenu par une organisation : gardez celui-ci, ou fermez-le d’abord. Rien n’a changé."
    ),
    "place-merged-already": _("Le lieu « %(name)s » est déjà réuni à un autre. Rien n’a changé."),
    "place-not-merged": _("Le lieu « %(name)s » n’est réuni à aucun autre."),
    "acceptance-without-service": _("Choisissez au moins un service."),
    "acceptance-without-place": _("Choisissez au moins un lieu, et au plus %(place_count_max)s."),
    "procedure-unknown": _("La démarche « %(procedure)s » n’est pas dans la liste."),
    "service-kind-unknown": _("Le service « %(service)s » n’est pas au catalogue."),
    "service-outside-programme": _("Le programme « %(programme)s » ne paie pas le service « %(service)s »."),
    "acceptance-dates-reversed": _("La fin (%(until_on)s) doit venir après le début (%(from_on)s)."),
    "acceptance-overlaps": _("Le lieu « %(name)s » accepte déjà ce programme à ces dates. Rien n’a changé, pour aucun lieu."),
    "acceptance-unknown": _("Ce lieu n’accepte pas ce programme à cette date."),
}

FAULTS = {
    FaultCode.ENCODING: _("Le fichier n’est pas en UTF-8 : il a été lu comme un fichier Windows. Vérifiez les accents."),
    FaultCode.COLUMN_UNKNOWN: _("La colonne « %(field)s » n’est pas du standard : gardée à côté de chaque lieu."),
    FaultCode.COLUMN_TWICE: _("La colonne « %(field)s » est là deux fois : la première compte, l’autre est gardée à côté de chaque lieu."),
    FaultCode.COLUMN_WITHOUT_EQUIVALENT: _("La colonne « %(field)s » n’existe plus dans le standard actuel."),
    FaultCode.COLUMN_UNMAPPED: _(
        "La colonne « %(field)s » n’est pas reprise : ses valeurs (%(detail)s) sont gardées à côté de chaque lieu."
    ),
    FaultCode.SHEET_UNREAD: _("La feuille « %(value)s » n’est pas lue : une seule l’est, la première."),
    FaultCode.ABOVE_HEADER: _("Une ligne au-dessus des titres de colonnes : « %(value)s »."),
    FaultCode.FORMULA: _("La case « %(field)s » contient une formule ou une erreur de calcul (%(value)s) : collez sa valeur à la place."),
    FaultCode.LINE_BROKEN: _("La ligne n’a pas le bon nombre de cases (%(detail)s)."),
    FaultCode.LINE_SHORT: _("Il manque les dernières cases de la ligne (%(detail)s) : prises comme vides."),
    FaultCode.QUOTE_UNCLOSED: _("Un guillemet est mal fermé."),
    FaultCode.REQUIRED_MISSING: _("« %(field)s » est vide."),
    FaultCode.ID_TWICE: _("L’identifiant « %(value)s » est déjà à la ligne %(detail)s."),
    FaultCode.PLACE_TWICE: _("Même nom et même adresse qu’à la ligne %(detail)s."),
    FaultCode.PLACE_NEAR: _("« %(value)s » : presque le même nom qu’à la ligne %(detail)s, à moins de 150 m."),
    FaultCode.PIVOT_TWICE: _("Le numéro %(value)s est aussi celui de la ligne %(detail)s."),
    FaultCode.NEAR_ELSEWHERE: _("« %(value)s » : presque le même nom, à moins de 150 m, qu’un lieu venu de « %(detail)s »."),
    FaultCode.PIVOT_ELSEWHERE: _("Le numéro %(value)s est aussi celui d’un lieu venu de « %(detail)s »."),
    FaultCode.PLACE_ELSEWHERE: _("« %(value)s » est déjà dans l’annuaire à la même adresse, venu de « %(detail)s »."),
    FaultCode.PLACE_MERGED: _("« %(value)s » a été réuni au lieu « %(detail)s » : ce que ce lieu en avait pris est mis à jour."),
    FaultCode.EDIT_KEPT: _(
        "« %(field)s » a été corrigé ici (%(detail)s), et le fichier est plus ancien : la correction est gardée, le fichier dit « %(value)s »."
    ),
    FaultCode.EDIT_REPLACED: _(
        "« %(field)s » avait été corrigé ici (%(detail)s) ; le fichier, plus récent, dit « %(value)s » : il est suivi."
    ),
    FaultCode.VALUE_UNKNOWN: _("« %(value)s » n’est pas une valeur possible de « %(field)s »."),
    FaultCode.VALUE_WITHOUT_EQUIVALENT: _("« %(value)s » n’a pas d’équivalent dans le standard actuel."),
    FaultCode.SEPARATOR: _("Mauvais séparateur entre les valeurs de « %(field)s »."),
    FaultCode.CHARACTERS: _("Des caractères invisibles ont été enlevés de « %(field)s »."),
    FaultCode.TEXT_TOO_LONG: _("« %(field)s » est trop long (%(detail)s caractères)."),
    FaultCode.SIRET_WRONG: _("Le numéro %(value)s n’est pas un SIRET ni un RNA juste."),
    FaultCode.PIVOT_UNKNOWN: _("Pas de SIRET ni de RNA."),
    FaultCode.PIVOT_MALFORMED: _("« %(value)s » n’a la forme ni d’un SIRET ni d’un RNA."),
    FaultCode.POSTCODE_MALFORMED: _("« %(value)s » n’est pas un code postal."),
    FaultCode.POSTCODE_SHORT: _("Code postal réécrit : %(value)s devient %(detail)s."),
    FaultCode.COMMUNE_CODE_MALFORMED: _("« %(value)s » n’est pas un code INSEE de commune."),
    FaultCode.COMMUNE_UNKNOWN: _("La commune « %(value)s » n’est pas connue."),
    FaultCode.COMMUNE_DEDUCED: _("La commune « %(value)s » n’est pas connue : prise pour %(detail)s."),
    FaultCode.COMMUNE_CONTRADICTED: _("Le code INSEE %(value)s ne va pas avec le nom et le code postal, qui disent %(detail)s."),
    FaultCode.DISTRICT: _("%(value)s est un arrondissement : rattaché à la commune %(detail)s."),
    FaultCode.NUMBER_MALFORMED: _("« %(value)s » n’est pas un nombre."),
    FaultCode.DECIMAL_COMMA: _("Virgule décimale réécrite en point."),
    FaultCode.COORDINATES_HALF: _("Une coordonnée sur deux manque."),
    FaultCode.COORDINATES_OUTSIDE: _("Les coordonnées %(value)s ne sont pas possibles."),
    FaultCode.COORDINATES_SWAPPED: _("Latitude et longitude étaient inversées."),
    FaultCode.FAR_FROM_COMMUNE: _("Les coordonnées sont à %(detail)s : l’adresse seule est gardée."),
    FaultCode.PHONE_REWRITTEN: _("Téléphone réécrit : %(detail)s."),
    FaultCode.PHONE_MALFORMED: _("« %(value)s » n’est pas un numéro de téléphone."),
    FaultCode.EMAIL_MALFORMED: _("« %(value)s » n’est pas une adresse de courriel."),
    FaultCode.URL_COMPLETED: _("Adresse de site complétée : %(detail)s."),
    FaultCode.URL_MALFORMED: _("« %(value)s » n’est pas une adresse de site."),
    FaultCode.VALUE_REWRITTEN: _("« %(value)s » réécrit : %(detail)s."),
    FaultCode.HOURS_REWRITTEN: _("Horaires réécrits : « %(value)s » devient %(detail)s."),
    FaultCode.HOURS_UNREADABLE: _("Horaires incompréhensibles : « %(value)s »."),
    FaultCode.DAY_REWRITTEN: _("Date réécrite : %(detail)s."),
    FaultCode.DAY_MALFORMED: _("« %(value)s » n’est pas une date."),
    FaultCode.DAY_TO_COME: _("La date %(value)s est à venir."),
}

OUTCOMES = {
    Outcome.REFUSED: _("ligne refusée"),
    Outcome.SET_ASIDE: _("valeur mise de côté"),
    Outcome.MENDED: _("corrigé"),
    Outcome.KEPT: _("gardé tel quel"),
}

VALUE_SHOWN_MAX = 80


def sentence_of_fault(fault: Fault) -> str:
    """What is wrong, for a person. Long values are cut; the report for machines keeps them."""
    value = fault.value if len(fault.value) <= VALUE_SHOWN_MAX else f"{fault.value[:VALUE_SHOWN_MAX]}…"
    return str(FAULTS[fault.code]) % {"field": fault.field, "value": value, "detail": fault.detail}


def kinds_of_faults(faults: Iterable[Fault]) -> list[tuple[str, Outcome, int]]:
    """(an example's sentence, what became of the values, how many) for each kind, refusals first, then the most frequent."""
    first: dict[tuple[FaultCode, Outcome], Fault] = {}
    counts: dict[tuple[FaultCode, Outcome], int] = {}
    for fault in faults:
        kind = fault.code, fault.outcome
        first.setdefault(kind, fault)
        counts[kind] = counts.get(kind, 0) + 1
    order = list(OUTCOMES)
    kinds = sorted(counts, key=lambda kind: (order.index(kind[1]), -counts[kind], kind[0]))
    return [(sentence_of_fault(first[kind]), kind[1], counts[kind]) for kind in kinds]
