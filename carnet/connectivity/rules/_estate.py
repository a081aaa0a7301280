"""A landlord's file of residences and homes: one line a home. Read whole or not at all; each fault names its line and its column.

The columns are documented in docs/operating/estate-files.md and on the page that takes the file. No column takes a name: a file that has
one is refused, so that nobody sends a list of tenants.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from carnet.connectivity.rules._refusals import EstateEmpty, EstateFaulty, EstateTooLarge
from carnet.kernel.identifiers import CommuneCode, CommuneCodeInvalid

LINES_MOST = 20_000
FAULTS_SHOWN = 200


class EstateColumn(StrEnum):
    """The columns there are, by the name written in the model file."""

    RESIDENCE = "residence"
    NAME = "nom"
    ADDRESS = "adresse"
    POSTCODE = "code_postal"
    CITY = "ville"
    COMMUNE = "code_insee"
    DWELLINGS = "logements"
    FIBRE = "fibre"
    HOME = "logement"
    DOOR = "porte"


REQUIRED = (EstateColumn.RESIDENCE, EstateColumn.NAME, EstateColumn.ADDRESS, EstateColumn.COMMUNE, EstateColumn.HOME)
_MOST = {
    EstateColumn.RESIDENCE: 40, EstateColumn.NAME: 120, EstateColumn.ADDRESS: 200, EstateColumn.CITY: 100, EstateColumn.HOME: 40,
    EstateColumn.DOOR: 60,
}  # fmt: skip
_ALSO = {
    EstateColumn.RESIDENCE: ("reference_residence", "ref_residence", "id_residence"),
    EstateColumn.NAME: ("nom_residence", "residence_nom", "libelle"),
    EstateColumn.ADDRESS: ("adresse_residence", "voie"),
    EstateColumn.POSTCODE: ("cp", "codepostal"),
    EstateColumn.CITY: ("commune",),
    EstateColumn.COMMUNE: ("insee", "code_commune", "commune_insee"),
    EstateColumn.DWELLINGS: ("nb_logements", "nombre_de_logements"),
    EstateColumn.FIBRE: ("fibree", "ftth"),
    EstateColumn.HOME: ("reference_logement", "ref_logement", "id_logement"),
    EstateColumn.DOOR: ("batiment_etage_porte", "localisation"),
}
# Columns of people: whoever sends them did not mean to, and nobody here wants to read them.
_OF_PEOPLE = (
    "locataire", "nom_locataire", "nom_du_locataire", "prenom", "prenoms", "civilite", "titulaire", "occupant", "telephone", "portable",
    "email", "courriel", "mail", "date_de_naissance", "naissance", "numero_securite_sociale", "nir", "revenu", "revenus", "loyer", "iban",
)  # fmt: skip
_YES, _NO = ("oui", "o", "1", "vrai", "x"), ("non", "n", "0", "faux")


class EstateFaultCode(StrEnum):
    """What may be wrong in a file."""

    COLUMN_MISSING = "COLUMN_MISSING"
    COLUMN_OF_PEOPLE = "COLUMN_OF_PEOPLE"
    EMPTY = "EMPTY"
    TOO_LONG = "TOO_LONG"
    COMMUNE = "COMMUNE"
    POSTCODE = "POSTCODE"
    NUMBER = "NUMBER"
    YES_OR_NO = "YES_OR_NO"
    TWICE = "TWICE"
    OTHER_RESIDENCE = "OTHER_RESIDENCE"
    BROKEN = "BROKEN"


@dataclass(frozen=True, slots=True)
class EstateFault:
    """One fault: its line in the file (1 = the header), its column, what it is, and the earlier line it contradicts, if any."""

    line: int
    column: str
    code: EstateFaultCode
    other_line: int = 0


@dataclass(frozen=True, slots=True)
class HomeLine:
    """One home of the file."""

    reference: str
    door: str


@dataclass(frozen=True, slots=True)
class ResidenceLine:
    """One residence of the file, with its homes. `dwelling_count`: what the file says, else as many as its homes; fibre None: not said."""

    reference: str
    name: str
    address: str
    postcode: str
    city: str
    commune: str
    dwelling_count: int
    has_fibre: bool | None
    homes: tuple[HomeLine, ...] = field(repr=False, default=())


def named_column(title: str) -> str:
    """A column's name as it is compared: small letters, no accents, underscores."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", title) if not unicodedata.combining(each)).lower()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return next((column.value for column, others in _ALSO.items() if name in others), name)


def read_estate(
    columns: Iterable[str], lines: Iterable[tuple[int, Mapping[str, str]]], *, broken: Iterable[int] = ()
) -> tuple[ResidenceLine, ...]:
    """The residences of a file, in its order. `lines`: number and cells by the columns' own titles; `broken`: lines that made no table.

    Raises: EstateFaulty (facts: faults, count), EstateEmpty, EstateTooLarge.
    """
    titles = {title: named_column(title) for title in columns}
    faults = [EstateFault(line, "", EstateFaultCode.BROKEN) for line in broken]
    faults += [EstateFault(1, title, EstateFaultCode.COLUMN_OF_PEOPLE) for title, name in titles.items() if name in _OF_PEOPLE]
    faults += [EstateFault(1, each.value, EstateFaultCode.COLUMN_MISSING) for each in REQUIRED if each.value not in titles.values()]
    found: dict[str, _Gathered] = {}
    if not faults or all(each.code is EstateFaultCode.BROKEN for each in faults):
        for count, (number, cells) in enumerate(lines, start=1):
            if count > LINES_MOST:
                raise EstateTooLarge(most=LINES_MOST)
            _gather(found, number, {titles[title]: text.strip() for title, text in cells.items() if title in titles}, faults)
    if faults:
        raise EstateFaulty(faults=tuple(faults[:FAULTS_SHOWN]), count=len(faults))
    if not found:
        raise EstateEmpty
    return tuple(each.whole() for each in found.values())


@dataclass(slots=True)
class _Gathered:
    line: int
    said: ResidenceLine
    homes: dict[str, tuple[int, HomeLine]]

    def whole(self) -> ResidenceLine:
        said, homes = self.said, tuple(home for _line, home in self.homes.values())
        count = max(said.dwelling_count, len(homes))
        return ResidenceLine(said.reference, said.name, said.address, said.postcode, said.city, said.commune, count, said.has_fibre, homes)


def _gather(found: dict[str, _Gathered], number: int, cells: Mapping[str, str], faults: list[EstateFault]) -> None:
    said = _checked(number, cells, faults)
    if said is None:
        return
    known = found.setdefault(said.reference, _Gathered(number, said, {}))
    if known.said != said:
        faults.append(EstateFault(number, EstateColumn.RESIDENCE.value, EstateFaultCode.OTHER_RESIDENCE, known.line))
        return
    home = HomeLine(cells[EstateColumn.HOME], cells.get(EstateColumn.DOOR, ""))
    first = known.homes.setdefault(home.reference, (number, home))
    if first[0] != number:
        faults.append(EstateFault(number, EstateColumn.HOME.value, EstateFaultCode.TWICE, first[0]))


def _checked(number: int, cells: Mapping[str, str], faults: list[EstateFault]) -> ResidenceLine | None:
    """The residence that a line says, or None when the line has a fault."""
    before = len(faults)

    def fault(column: EstateColumn, code: EstateFaultCode) -> None:
        faults.append(EstateFault(number, column.value, code))

    for column in REQUIRED:
        if not cells.get(column):
            fault(column, EstateFaultCode.EMPTY)
    for column, most in _MOST.items():
        if len(cells.get(column, "")) > most:
            fault(column, EstateFaultCode.TOO_LONG)
    commune = cells.get(EstateColumn.COMMUNE, "")
    try:
        commune = str(CommuneCode.parse(commune)) if commune else ""
    except CommuneCodeInvalid:
        fault(EstateColumn.COMMUNE, EstateFaultCode.COMMUNE)
    postcode = cells.get(EstateColumn.POSTCODE, "").replace(" ", "")
    postcode = f"0{postcode}" if re.fullmatch(r"[1-9][0-9]{3}", postcode) else postcode
    if postcode and not re.fullmatch(r"[0-9]{5}", postcode):
        fault(EstateColumn.POSTCODE, EstateFaultCode.POSTCODE)
    count = cells.get(EstateColumn.DWELLINGS, "").replace(" ", "")
    if count and not re.fullmatch(r"[1-9][0-9]{0,5}", count):
        fault(EstateColumn.DWELLINGS, EstateFaultCode.NUMBER)
    fibre = cells.get(EstateColumn.FIBRE, "").lower()
    if fibre and fibre not in (*_YES, *_NO):
        fault(EstateColumn.FIBRE, EstateFaultCode.YES_OR_NO)
    if len(faults) > before:
        return None
    return ResidenceLine(
        reference=cells[EstateColumn.RESIDENCE], name=cells[EstateColumn.NAME], address=cells[EstateColumn.ADDRESS], postcode=postcode,
        city=cells.get(EstateColumn.CITY, ""), commune=commune, dwelling_count=int(count or 0),
        has_fibre=None if not fibre else fibre in _YES,
    )  # fmt: skip
