"""The national standard for digital-mediation places: fields and lists of values, word for word.

Source: LaMednum/standard-mediation-num v1.0.2 (2024-04-11) and v0.1.1 (2022), Licence Ouverte 2.0; the list of
types is that of npm @gouvfr-anct/lieux-de-mediation-numerique 2.3.0 (MIT). `data/schema-*.table-schema.json` are
the official files; a test holds this page equal to them.
"""

from dataclasses import dataclass
from enum import StrEnum


class Version(StrEnum):
    """Which edition of the standard a file follows."""

    V0 = "0.1"
    V1 = "1.0.2"


class Kind(StrEnum):
    """What a field's text must be."""

    TEXT = "text"
    LIST = "list"
    CHOICES = "choices"
    PIVOT = "pivot"
    POSTCODE = "postcode"
    COMMUNE_CODE = "commune-code"
    NUMBER = "number"
    PHONE = "phone"
    EMAILS = "emails"
    URLS = "urls"
    HOURS = "hours"
    DAY = "day"


SERVICES = (
    "Aide aux démarches administratives",
    "Maîtrise des outils numériques du quotidien",
    "Insertion professionnelle via le numérique",
    "Utilisation sécurisée du numérique",
    "Parentalité et éducation avec le numérique",
    "Loisirs et créations numériques",
    "Compréhension du monde numérique",
    "Accès internet et matériel informatique",
    "Acquisition de matériel informatique à prix solidaire",
)
FEES = ("Gratuit", "Gratuit sous condition", "Payant")
SPECIFIC_CARE = (
    "Surdité",
    "Handicaps moteurs",
    "Handicaps mentaux",
    "Illettrisme",
    "Langues étrangères (anglais)",
    "Langues étrangères (autres)",
    "Déficience visuelle",
)
AUDIENCES = ("Jeunes", "Étudiants", "Familles et/ou enfants", "Seniors", "Femmes")
ACCESS_MODES = (
    "Se présenter",
    "Téléphoner",
    "Contacter par mail",
    "Prendre un RDV en ligne",
    "Ce lieu n'accueille pas de public",
    "Envoyer un mail avec une fiche de prescription",
)
SUPPORT_MODES = ("En autonomie", "Accompagnement individuel", "Dans un atelier collectif", "À distance")
ROAMING = ("Itinérant", "Fixe")
NATIONAL_PROGRAMMES = (
    "Aidants Connect",
    "Bibliothèques numérique de référence",
    "Certification PIX",
    "Conseillers numériques",
    "Emmaüs Connect",
    "France Services",
    "Grande école du numérique",
    "La Croix Rouge",
    "Point d'accès numérique CAF",
    "Promeneurs du net",
    "Relais numérique (Emmaüs Connect)",
)
LA_POSTE_STEPS = "Étapes numériques(La Poste)"
# The npm validator wants a space where the table schema forbids one; both are read, the schema's is written.
LA_POSTE_STEPS_SPACED = "Étapes numériques (La Poste)"
TRAININGS = (
    "Formé à « Mon Espace Santé »",
    "Formé à « DUPLEX » (illettrisme)",
    "Arnia/MedNum BFC (Bourgogne-Franche-Comté)",
    "Collectif ressources et acteurs réemploi (Normandie)",
    LA_POSTE_STEPS,
    "Fabriques de Territoire",
    "Les Éclaireurs du numérique (Drôme)",
    "Mes Papiers (Métropole de Lyon)",
    "ORDI 3.0",
    "SUD LABS (PACA)",
)
TYPOLOGIES = (
    "ACI", "ACIPHC", "AFPA", "AI", "ASE", "ASSO", "ASSO_CHOMEUR", "Autre", "AVIP", "BIB", "CAARUD", "CADA", "CAF", "CAP_EMPLOI", "CAVA",
    "CC", "CCAS", "CCONS", "CD", "CDAS", "CFP", "CHRS", "CHU", "CIAS", "CIDFF", "CITMET", "CMP", "CMS", "CPAM", "CPH", "CS", "CSAPA",
    "CSC", "DEETS", "DEPT", "DIPLP", "E2C", "EA", "EATT", "EI", "EITI", "ENM", "EPCI", "EPI", "EPIDE", "EPN", "ES", "ESAT", "ESS",
    "ETTI", "EVS", "FABLAB", "FABRIQUE", "FAIS", "FT", "GEIQ", "HUDA", "LA_POSTE", "MDE", "MDH", "MDEF", "MDPH", "MDS", "MJC", "ML",
    "MQ", "MSA", "MSAP", "MUNI", "OACAS", "ODC", "OF", "OIL", "OPCS", "PAD", "PENSION", "PI", "PIJ_BIJ", "PIMMS", "PJJ", "PLIE", "PREF",
    "PREVENTION", "REG", "RELAIS_LECTURE", "RESSOURCERIE", "RFS", "RS_FJT", "SCP", "SPIP", "TIERS_LIEUX", "UDAF",
)  # fmt: skip

SUMMARY_MAX = 280
# How a number that is neither SIRET nor RNA is written among the free labels: the npm validator refuses it as a pivot.
PIVOT_LABEL = "Identifiant : "
# What a directory without a SIRET writes, and what the export writes when Carnet knows none.
PIVOT_UNKNOWN = "00000000000000"

FREE_ON_CONDITION = "Gratuit sous condition"
PASS_LABEL = "Pass numérique"  # noqa: S105 - a label of the standard, not a secret


@dataclass(frozen=True, slots=True)
class Field:
    """One field of v1.0.2: its national `name`, the `column` of a place that holds it, and its kind."""

    name: str
    column: str
    kind: Kind = Kind.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()

    @property
    def is_list(self) -> bool:
        """True when the file separates several values of this field."""
        return self.kind in (Kind.LIST, Kind.CHOICES, Kind.EMAILS, Kind.URLS)


# In the order of the file. `pivot` and `date_maj` are required by the standard; see `checking` for what is refused.
FIELDS: tuple[Field, ...] = (
    Field("id", "national_id", required=True),
    Field("pivot", "pivot", Kind.PIVOT, required=True),
    Field("nom", "name", required=True),
    Field("commune", "commune", required=True),
    Field("code_postal", "postcode", Kind.POSTCODE, required=True),
    Field("code_insee", "commune_code", Kind.COMMUNE_CODE),
    Field("adresse", "address", required=True),
    Field("complement_adresse", "address_extra"),
    Field("latitude", "latitude", Kind.NUMBER),
    Field("longitude", "longitude", Kind.NUMBER),
    Field("typologie", "typologies", Kind.CHOICES, choices=TYPOLOGIES),
    Field("telephone", "phone", Kind.PHONE),
    Field("courriels", "emails", Kind.EMAILS),
    Field("site_web", "websites", Kind.URLS),
    Field("horaires", "opening_hours", Kind.HOURS),
    Field("presentation_resume", "summary"),
    Field("presentation_detail", "detail"),
    Field("source", "source"),
    Field("itinerance", "roaming", Kind.CHOICES, choices=ROAMING),
    Field("structure_parente", "parent_structure"),
    Field("date_maj", "updated_on", Kind.DAY, required=True),
    Field("services", "services", Kind.CHOICES, choices=SERVICES),
    Field("publics_specifiquement_adresses", "audiences", Kind.CHOICES, choices=AUDIENCES),
    Field("prise_en_charge_specifique", "specific_care", Kind.CHOICES, choices=SPECIFIC_CARE),
    Field("frais_a_charge", "fees", Kind.CHOICES, choices=FEES),
    Field("dispositif_programmes_nationaux", "national_programmes", Kind.CHOICES, choices=NATIONAL_PROGRAMMES),
    Field("formations_labels", "trainings", Kind.CHOICES, choices=TRAININGS),
    Field("autres_formations_labels", "other_labels", Kind.LIST),
    Field("modalites_acces", "access_modes", Kind.CHOICES, choices=ACCESS_MODES),
    Field("modalites_accompagnement", "support_modes", Kind.CHOICES, choices=SUPPORT_MODES),
    Field("fiche_acces_libre", "accessibility_urls", Kind.URLS),
    Field("prise_rdv", "booking_urls", Kind.URLS),
)
FIELD_BY_NAME = {field.name: field for field in FIELDS}
COLUMNS = tuple(field.column for field in FIELDS)

# --- v0.1 -----------------------------------------------------------------------------------------------------------

# Same meaning, another name. The Conseiller numérique file misspells `conditions_acces`.
V0_RENAMED = {
    "courriel": "courriels",
    "accessibilite": "fiche_acces_libre",
    "labels_autres": "autres_formations_labels",
}
# v0.1 lists whose values are spread over v1.0.2 fields by V0_VALUES.
V0_CONVERTED = ("services", "publics_accueillis", "conditions_acces", "labels_nationaux", "modalites_accompagnement")
# A place that says so welcomes everybody.
V0_EVERYBODY = "Adultes"
V0_MISSPELLED = {"conditions_access": "conditions_acces"}
V0_ONLY = frozenset({"courriel", "accessibilite", "labels_autres", "labels_nationaux", "publics_accueillis",
                     "conditions_acces", "conditions_access", "cle_ban"})  # fmt: skip
# Lists that only v0.1 has; the others bear the same name in both.
V0_CONVERTED_ONLY = tuple(name for name in V0_CONVERTED if name in V0_ONLY)
V1_ONLY = frozenset({"courriels", "itinerance", "publics_specifiquement_adresses", "prise_en_charge_specifique",
                     "frais_a_charge", "dispositif_programmes_nationaux", "formations_labels", "autres_formations_labels",
                     "modalites_acces", "fiche_acces_libre"})  # fmt: skip

# v0.1 field and value -> the (v1.0.2 field, value) pairs that say the same. An empty tuple: v1.0.2 has no such value.
# No official table exists; the reasons are in docs/decisions/0011-places-and-their-file.md. Longer wordings are found by their beginning.
V0_VALUES: dict[str, dict[str, tuple[tuple[str, str], ...]]] = {
    "services": {
        "Devenir autonome dans les démarches administratives": (("services", "Aide aux démarches administratives"),),
        "Réaliser des démarches administratives avec un accompagnement": (("services", "Aide aux démarches administratives"),),
        "Accompagner les démarches de santé": (("services", "Aide aux démarches administratives"),),
        "Prendre en main un smartphone ou une tablette": (("services", "Maîtrise des outils numériques du quotidien"),),
        "Prendre en main un ordinateur": (("services", "Maîtrise des outils numériques du quotidien"),),
        "Utiliser le numérique au quotidien": (("services", "Maîtrise des outils numériques du quotidien"),),
        "Approfondir ma culture numérique": (("services", "Compréhension du monde numérique"),),
        "Favoriser mon insertion professionnelle": (("services", "Insertion professionnelle via le numérique"),),
        "Créer et développer mon entreprise": (("services", "Insertion professionnelle via le numérique"),),
        "Accéder à une connexion internet": (("services", "Accès internet et matériel informatique"),),
        "Accéder à du matériel": (("services", "Accès internet et matériel informatique"),),
        "S'équiper en matériel informatique": (("services", "Acquisition de matériel informatique à prix solidaire"),),
        "Créer avec le numérique": (("services", "Loisirs et créations numériques"),),
        "Promouvoir la citoyenneté numérique": (("services", "Utilisation sécurisée du numérique"),),
        "Soutenir la parentalité et l'éducation avec le numérique": (("services", "Parentalité et éducation avec le numérique"),),
    },
    "publics_accueillis": {
        "Seniors (+ 65 ans)": (("publics_specifiquement_adresses", "Seniors"),),
        "Familles/enfants": (("publics_specifiquement_adresses", "Familles et/ou enfants"),),
        "Adultes": (),
        "Jeunes (16-26 ans)": (("publics_specifiquement_adresses", "Jeunes"),),
        "Public langues étrangères": (("prise_en_charge_specifique", "Langues étrangères (autres)"),),
        "Déficience visuelle": (("prise_en_charge_specifique", "Déficience visuelle"),),
        "Surdité": (("prise_en_charge_specifique", "Surdité"),),
        "Handicaps psychiques": (("prise_en_charge_specifique", "Handicaps mentaux"),),
        "Handicaps mentaux": (("prise_en_charge_specifique", "Handicaps mentaux"),),
        "Uniquement femmes": (("publics_specifiquement_adresses", "Femmes"),),
        "Personnes en situation d'illettrisme": (("prise_en_charge_specifique", "Illettrisme"),),
    },
    "conditions_acces": {
        "Gratuit sous condition": (("frais_a_charge", FREE_ON_CONDITION),),
        "Gratuit": (("frais_a_charge", "Gratuit"),),
        "Payant": (("frais_a_charge", "Payant"),),
        "Accepte le Pass numérique": (("frais_a_charge", FREE_ON_CONDITION), ("autres_formations_labels", PASS_LABEL)),
        "Adhésion": (("frais_a_charge", "Payant"),),
    },
    "labels_nationaux": {
        "France Services": (("dispositif_programmes_nationaux", "France Services"),),
        "CNFS": (("dispositif_programmes_nationaux", "Conseillers numériques"),),
        "APTIC": (("autres_formations_labels", "APTIC"),),
        "Aidants Connect": (("dispositif_programmes_nationaux", "Aidants Connect"),),
        "Fabriques de Territoire": (("formations_labels", "Fabriques de Territoire"),),
        "Grandes écoles du numérique": (("dispositif_programmes_nationaux", "Grande école du numérique"),),
        "Point relais CAF": (("dispositif_programmes_nationaux", "Point d'accès numérique CAF"),),
        "Point numérique CAF": (("dispositif_programmes_nationaux", "Point d'accès numérique CAF"),),
        "Relais pôle emploi": (("autres_formations_labels", "Relais pôle emploi"),),
        "French Tech": (("autres_formations_labels", "French Tech"),),
        "Campus connecté": (("autres_formations_labels", "Campus connecté"),),
    },
    "modalites_accompagnement": {
        "Seul": (("modalites_accompagnement", "En autonomie"),),
        "Avec de l'aide": (("modalites_accompagnement", "Accompagnement individuel"),),
        "Dans un atelier": (("modalites_accompagnement", "Dans un atelier collectif"),),
        "A ma place": (),
    },
}  # fmt: skip

# --- names of columns -------------------------------------------------------------------------------------------------

# Without these no line could make a place.
INDISPENSABLE = ("id", "nom", "commune", "code_postal", "adresse", "date_maj")
COLUMN_NAMES_KNOWN = frozenset(FIELD_BY_NAME) | V0_ONLY


def column_name(cell: str) -> str:
    """The name of a column as the standard writes it: no capitals, and the one name the national file misspells put right."""
    name = cell.strip().strip('"').strip().lower()
    return V0_MISSPELLED.get(name, name)
