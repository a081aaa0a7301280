"""What a person may need a place to be ready for: a short word for each value of the national lists."""

from dataclasses import dataclass

from carnet.places.rules.refusals import SearchRefused


def _(text: str) -> str:
    """Mark a French label for extraction; the door translates it."""
    return text


@dataclass(frozen=True, slots=True)
class Need:
    """A need: its `code` in addresses, its French `label`, the `column` and national `value` that answer it."""

    code: str
    label: str
    column: str
    value: str


NEEDS: tuple[Need, ...] = (
    Need("young", _("Jeunes"), "audiences", "Jeunes"),
    Need("students", _("Étudiants"), "audiences", "Étudiants"),
    Need("families", _("Familles et enfants"), "audiences", "Familles et/ou enfants"),
    Need("seniors", _("Seniors"), "audiences", "Seniors"),
    Need("women", _("Femmes"), "audiences", "Femmes"),
    Need("hearing", _("Surdité"), "specific_care", "Surdité"),
    Need("mobility", _("Handicap moteur"), "specific_care", "Handicaps moteurs"),
    Need("learning", _("Handicap mental ou psychique"), "specific_care", "Handicaps mentaux"),
    Need("reading", _("Difficultés de lecture"), "specific_care", "Illettrisme"),
    Need("english", _("Accueil en anglais"), "specific_care", "Langues étrangères (anglais)"),
    Need("other-languages", _("Accueil dans d’autres langues"), "specific_care", "Langues étrangères (autres)"),
    Need("sight", _("Déficience visuelle"), "specific_care", "Déficience visuelle"),
)
NEED_BY_CODE = {need.code: need for need in NEEDS}


def need(code: str) -> Need:
    """The need that has this code. Raises: SearchRefused."""
    try:
        return NEED_BY_CODE[code]
    except KeyError:
        raise SearchRefused(field="need", value=code) from None
