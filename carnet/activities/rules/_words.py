"""The words of the national activity tool, and ours. Source: docs/sources/national-activity-tool.md.

A word is kept as the tool's own interface writes it (``prendre_en_main_du_materiel``), with the label its files show.
"""

from enum import StrEnum


def _(text: str) -> str:
    """Mark a French label for extraction; the door translates it. Files keep the French, which is the tool's."""
    return text


class Kind(StrEnum):
    """What was done. The tool knows two kinds only: see `NATIONAL_KINDS`."""

    ONE_TO_ONE = "ONE_TO_ONE"
    OPEN_ACCESS = "OPEN_ACCESS"
    SPACE_VISIT = "SPACE_VISIT"
    WORKSHOP = "WORKSHOP"
    EVENT = "EVENT"
    VOUCHER_LESSON = "VOUCHER_LESSON"
    VOUCHER_WORKSHOP = "VOUCHER_WORKSHOP"


KIND_LABELS = {
    Kind.ONE_TO_ONE: _("Aide individuelle"),
    Kind.OPEN_ACCESS: _("Accès libre"),
    Kind.SPACE_VISIT: _("Visite de l’espace numérique"),
    Kind.WORKSHOP: _("Atelier gratuit"),
    Kind.EVENT: _("Évènement"),
    Kind.VOUCHER_LESSON: _("Leçon payée par chèque"),
    Kind.VOUCHER_WORKSHOP: _("Atelier payé par chèques"),
}
# What a person chooses when recording by hand; the others come by a tap at the door and from the vouchers.
BY_HAND = (Kind.ONE_TO_ONE, Kind.OPEN_ACCESS, Kind.WORKSHOP, Kind.EVENT)
TOGETHER = frozenset({Kind.WORKSHOP, Kind.EVENT, Kind.VOUCHER_WORKSHOP})
PAID_BY_VOUCHERS = frozenset({Kind.VOUCHER_LESSON, Kind.VOUCHER_WORKSHOP})
INDIVIDUAL, COLLECTIVE = "individuel", "collectif"
NATIONAL_KIND_LABELS = {INDIVIDUAL: "Accompagnement individuel", COLLECTIVE: "Atelier collectif"}


def national_kind(kind: Kind) -> str:
    """The tool's word for a kind: people helped together are an *atelier collectif*, each on their own an *accompagnement*."""
    return COLLECTIVE if kind in TOGETHER else INDIVIDUAL


class Where(StrEnum):
    """The channel: where the help was given."""

    PLACE = "lieu_activite"
    HOME = "domicile"
    REMOTE = "a_distance"
    ELSEWHERE = "autre"


WHERE_LABELS = {
    Where.PLACE: _("Lieu d’activité"),
    Where.HOME: _("À domicile"),
    Where.REMOTE: _("À distance"),
    Where.ELSEWHERE: _("Autre lieu"),
}

AGE_BANDS = {
    "moins_de_douze": _("Moins de 12 ans"),
    "douze_dix_huit": _("12 - 17 ans"),
    "dix_huit_vingt_quatre": _("18 - 24 ans"),
    "vingt_cinq_trente_neuf": _("25 - 39 ans"),
    "quarante_cinquante_neuf": _("40 - 59 ans"),
    "soixante_soixante_neuf": _("60 - 69 ans"),
    "soixante_dix_plus": _("70 ans et plus"),
    "non_communique": _("Non communiqué"),
}
UNKNOWN_AGE = "non_communique"

# The nineteen themes of digital help, then the eleven of administrative steps; the first eight are the most used and are shown first.
THEMES = {
    "prendre_en_main_du_materiel": _("Prendre en main du matériel"),
    "navigation_sur_internet": _("Navigation sur internet"),
    "email": _("E-mail"),
    "aide_aux_demarches_administratives": _("Aide aux démarches administratives"),
    "reseaux_sociaux": _("Réseaux sociaux communication"),
    "bureautique": _("Bureautique"),
    "securite_numerique": _("Prévention en sécurité numérique"),
    "insertion_professionnelle": _("Insertion professionnelle"),
    "diagnostic_numerique": _("Diagnostic numérique"),
    "maintenance_de_materiel": _("Maintenance de matériel"),
    "gere_ses_contenus_numeriques": _("Gérer ses contenus numériques"),
    "sante": _("Santé"),
    "banque_et_achats_en_ligne": _("Banque et achats en ligne"),
    "entrepreneuriat": _("Accompagner un professionnel"),
    "parentalite": _("Parentalité"),
    "scolarite_et_numerique": _("Scolarité et numérique"),
    "creer_avec_le_numerique": _("Créer avec le numérique"),
    "culture_numerique": _("Culture numérique"),
    "intelligence_artificielle": _("Intelligence artificielle (IA)"),
    "papiers_elections_citoyennete": _("Papiers - Élections - Citoyenneté"),
    "famille_scolarite": _("Famille - Scolarité"),
    "social_sante": _("Social - Santé"),
    "travail_formation": _("Travail - Formation - Entreprise"),
    "logement": _("Logement"),
    "transports_mobilite": _("Transports - Mobilité"),
    "argent_impots": _("Argent - Impôts"),
    "justice": _("Justice"),
    "etrangers_europe": _("Étrangers - Europe"),
    "loisirs_sports_culture": _("Loisirs - Sports - Culture"),
    "associations": _("Associations"),
}
USUAL_THEMES = tuple(THEMES)[:8]
STEPS_THEME = "aide_aux_demarches_administratives"
THEMES_OF_STEPS = tuple(THEMES)[19:]

EQUIPMENT = {
    "ordinateur": _("Ordinateur"),
    "telephone": _("Téléphone"),
    "tablette": _("Tablette"),
    "autre": _("Autre"),
    "aucun": _("Pas de matériel"),
}

LEVELS = {"debutant": _("Débutant"), "intermediaire": _("Intermédiaire"), "avance": _("Avancé")}

REDIRECTIONS = {
    "administration": _("Administration (mairie, préfecture…)"),
    "mediation_numerique": _("Autre structure de médiation numérique"),
    "operateur_ou_organisme_en_charge": _("Opérateur ou organisme en charge de la démarche administrative"),
    "aide_sociale": _("Structure d’aide sociale (maison des solidarités, centre social…)"),
    "insertion_professionnelle": _("Structure d’insertion professionnelle (France Travail, mission locale, chambre de commerce…)"),
    "aide_aux_demarches_administratives": _("Structure d’aide aux démarches administratives (France Services…)"),
    "autre": _("Autre"),
}

# The service of our catalogue that was taught -> the themes it is told under.
THEMES_OF_SERVICE: dict[str, tuple[str, ...]] = {
    "computer": ("prendre_en_main_du_materiel",),
    "smartphone": ("prendre_en_main_du_materiel",),
    "internet": ("navigation_sur_internet",),
    "mailbox": ("email",),
    "video-call": ("reseaux_sociaux",),
    "printer": ("prendre_en_main_du_materiel",),
    "open-access": ("navigation_sur_internet",),
    "word-processing": ("bureautique",),
    "spreadsheet": ("bureautique",),
    "files": ("gere_ses_contenus_numeriques",),
    "skills-review": ("diagnostic_numerique",),
    "safety": ("securite_numerique",),
    "information": ("culture_numerique",),
    "parenting": ("parentalite",),
    "schooling": ("scolarite_et_numerique",),
    "creation": ("creer_avec_le_numerique",),
    "online-procedures": ("aide_aux_demarches_administratives",),
    "health": ("sante",),
    "rights": ("aide_aux_demarches_administratives", "social_sante"),
    "payments": ("banque_et_achats_en_ligne",),
    "cv": ("insertion_professionnelle",),
    "job-search": ("insertion_professionnelle",),
    "own-business": ("entrepreneuriat",),
    "equipment": ("prendre_en_main_du_materiel",),
}
