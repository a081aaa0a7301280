"""What a service is called where there is little room: its number on a paper sheet, its words in a text message."""

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceNumber:
    """One service of the catalogue: a number that never changes (sheets are kept for months), and words in capitals without accents."""

    number: int
    code: str
    words: tuple[str, ...]


# Printed on sheets already: a new service is added at the end, none is ever numbered again.
SERVICE_NUMBERS: tuple[ServiceNumber, ...] = (
    ServiceNumber(1, "computer", ("ORDINATEUR", "ORDI", "PC")),
    ServiceNumber(2, "smartphone", ("TELEPHONE", "TABLETTE", "PHONE")),
    ServiceNumber(3, "internet", ("WEB", "NAVIGUER")),
    ServiceNumber(4, "mailbox", ("MAIL", "MAILS", "EMAIL", "BOITEMAIL", "MESSAGERIE", "COURRIEL")),
    ServiceNumber(5, "video-call", ("VISIO", "APPEL", "VIDEO")),
    ServiceNumber(6, "printer", ("IMPRIMER", "IMPRESSION", "SCANNER", "PHOTOCOPIE")),
    ServiceNumber(7, "open-access", ("LIBREACCES", "ACCESLIBRE")),
    ServiceNumber(8, "word-processing", ("TEXTE", "WORD", "TRAITEMENTDETEXTE")),
    ServiceNumber(9, "spreadsheet", ("TABLEAU", "TABLEUR", "EXCEL", "CALCUL")),
    ServiceNumber(10, "files", ("FICHIER", "FICHIERS", "PHOTOS", "SAUVEGARDE")),
    ServiceNumber(11, "skills-review", ("BILAN", "COMPETENCES")),
    ServiceNumber(12, "safety", ("SECURITE", "MOTDEPASSE", "ARNAQUE", "ARNAQUES")),
    ServiceNumber(13, "information", ("INFO", "INFOS", "RESEAUX")),
    ServiceNumber(14, "parenting", ("PARENTS", "ECRANS")),
    ServiceNumber(15, "schooling", ("ECOLE", "SCOLARITE")),
    ServiceNumber(16, "creation", ("PHOTO", "SON", "FABRICATION")),
    ServiceNumber(17, "online-procedures", ("DEMARCHE", "DEMARCHES", "ADMINISTRATIF")),
    ServiceNumber(18, "health", ("SANTE", "AMELI")),
    ServiceNumber(19, "rights", ("DROITS", "ALLOCATION", "CAF")),
    ServiceNumber(20, "payments", ("PAYER", "PAIEMENT", "ACHAT")),
    ServiceNumber(21, "cv", ("CV", "LETTRE", "RESUME")),
    ServiceNumber(22, "job-search", ("EMPLOI", "TRAVAIL", "JOB")),
    ServiceNumber(23, "own-business", ("ACTIVITE", "ENTREPRISE")),
    ServiceNumber(24, "equipment", ("MATERIEL", "RECONDITIONNE")),
)
NUMBER_OF_SERVICE = {each.code: each.number for each in SERVICE_NUMBERS}
_CODE_OF_NUMBER = {each.number: each.code for each in SERVICE_NUMBERS}
_CODE_OF_WORD = {word: each.code for each in SERVICE_NUMBERS for word in (*each.words, re.sub(r"[^A-Z]", "", each.code.upper()))}


def plain(text: str) -> str:
    """`text` in capitals, without accents, digits of any script as ASCII: what two people type differently becomes the same."""
    apart = unicodedata.normalize("NFKD", text)
    bare = "".join(each for each in apart if not unicodedata.combining(each)).upper()
    return "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in bare)


def service_named(words: str) -> str | None:
    """The code of the service a number or a few words mean, or None when they mean none, or two."""
    asked = re.findall(r"[A-Z]+|[0-9]+", plain(words))
    if "".join(asked) in _CODE_OF_WORD:
        return _CODE_OF_WORD["".join(asked)]
    found = {code for word in asked if (code := _service_of(word)) is not None}
    return found.pop() if len(found) == 1 else None


def _service_of(word: str) -> str | None:
    return _CODE_OF_NUMBER.get(int(word)) if word.isdigit() and len(word) < 4 else _CODE_OF_WORD.get(word)
