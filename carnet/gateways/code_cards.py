"""Cards of one-time codes: the file their maker delivers, and the codes they show (RFC 6238, computed by `cryptography`).

Two forms of file: CSV (a number and a secret a line, and whatever differs from the usual card) and PSKC (RFC 6030) with its secrets in
clear. A PSKC file sealed by its maker is refused by its name: it has to be opened with the maker's own key first. Nothing here is logged,
and no value's ``repr`` shows a secret.
"""

import base64
import binascii
import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA512
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from lxml import etree

# RFC 6238 computes codes with SHA-1 unless the card says otherwise: what is needed of it here is not what was broken.
_HASHES: dict[str, SHA1 | SHA256 | SHA512] = {"SHA1": SHA1(), "SHA256": SHA256(), "SHA512": SHA512()}  # noqa: S303
_COLUMNS = {
    "serial": ("serial", "serial_number", "serialno", "numero", "numéro", "n°"),
    "seed": ("seed", "secret", "key", "graine", "clé", "cle"),
    "step": ("step", "period", "interval", "pas", "timestep"),
    "digits": ("digits", "length", "chiffres"),
    "algorithm": ("algorithm", "algo", "hash", "algorithme"),
}
_PSKC = "{urn:ietf:params:xml:ns:keyprov:pskc}"


class CardFileFault(Exception):
    """The file as a whole cannot be read. `missing`: the columns it lacks, or ``sealed`` when its maker closed it, or its form."""

    def __init__(self, missing: str) -> None:
        super().__init__(missing)
        self.missing = missing


@dataclass(frozen=True, slots=True)
class CardLine:
    """One card as the file says it. `seed` is None when it cannot be read; the rest is None when the file does not say it."""

    number: int
    serial: str
    seed: bytes | None = field(repr=False)
    step_seconds: int | None
    digits: int | None
    algorithm: str | None


@dataclass(frozen=True, slots=True)
class CardSecret:
    """What computes a card's codes."""

    seed: bytes = field(repr=False)
    step_seconds: int
    digits: int
    algorithm: str


def matching_step(secret: CardSecret, code: str, steps: Iterable[int]) -> int | None:
    """The first of these steps whose code is `code`, or None. Each is compared in constant time."""
    totp = TOTP(secret.seed, secret.digits, _HASHES[secret.algorithm], secret.step_seconds)
    typed = code.encode("ascii", errors="replace")
    for step in steps:
        try:
            totp.verify(typed, step * secret.step_seconds)
        except InvalidToken:
            continue
        return step
    return None


def read_cards(content: bytes) -> list[CardLine]:
    """The cards of a maker's file, line by line. Raises: CardFileFault."""
    head = content[:2_000].lstrip(b"\xef\xbb\xbf \r\n\t")
    return _read_pskc(content) if head.startswith(b"<") else _read_csv(content)


def _read_csv(content: bytes) -> list[CardLine]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise CardFileFault("csv")
    first = text.lstrip().splitlines()[0] if text.strip() else ""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(";,\t", key=first.count))
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error:
        raise CardFileFault("csv") from None
    places = _places(rows[0][1] if rows else [])
    return [_line(number, {name: row[at].strip() if at < len(row) else "" for name, at in places.items()}) for number, row in rows[1:]]


def _places(header: list[str]) -> dict[str, int]:
    titles = [title.strip().lower() for title in header]
    places = {name: next((titles.index(title) for title in known if title in titles), -1) for name, known in _COLUMNS.items()}
    missing = [name for name in ("serial", "seed") if places[name] < 0]
    if missing:
        raise CardFileFault(", ".join(missing))
    return {name: at for name, at in places.items() if at >= 0}


def _line(number: int, told: dict[str, str]) -> CardLine:
    return CardLine(
        number=number,
        serial=told["serial"],
        seed=_seed(told["seed"]),
        step_seconds=_whole(told.get("step", "")),
        digits=_whole(told.get("digits", "")),
        algorithm=_algorithm(told.get("algorithm", "")),
    )


def _seed(written: str) -> bytes | None:
    """Sixteen signs when it can be read so, else base 32: no seed of a card is written in both by chance."""
    tidy = re.sub(r"[\s-]", "", written)
    try:
        if re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", tidy):
            return bytes.fromhex(tidy)
        bare = tidy.upper().rstrip("=")
        return base64.b32decode(bare + "=" * (-len(bare) % 8)) or None
    except (binascii.Error, ValueError):
        return None


def _whole(written: str) -> int | None:
    """A number; nothing when nothing is written; -1, which no card has, when something else is."""
    if not written:
        return None
    return int(written) if re.fullmatch(r"[0-9]{1,6}", written) else -1


def _algorithm(written: str) -> str | None:
    return re.sub(r"^HMAC|[^A-Z0-9]", "", written.upper()) or None


def _read_pskc(content: bytes) -> list[CardLine]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        raise CardFileFault("xml") from None
    if root.getroottree().docinfo.doctype or root.tag != f"{_PSKC}KeyContainer":
        raise CardFileFault("xml")
    packages = root.findall(f"{_PSKC}KeyPackage")
    if root.find(f"{_PSKC}EncryptionKey") is not None or root.find(f".//{_PSKC}EncryptedValue") is not None:
        raise CardFileFault("sealed")
    return [_package(each) for each in packages]


def _package(package: "etree._Element") -> CardLine:
    suite = _text(package, "Key/AlgorithmParameters/Suite")
    form = package.find(f"{_PSKC}Key/{_PSKC}AlgorithmParameters/{_PSKC}ResponseFormat")
    try:
        seed = base64.b64decode(_text(package, "Key/Data/Secret/PlainValue"), validate=True) or None
    except (binascii.Error, ValueError):
        seed = None
    return CardLine(
        number=int(package.sourceline or 0),
        serial=_text(package, "DeviceInfo/SerialNo"),
        seed=seed,
        step_seconds=_whole(_text(package, "Key/Data/TimeInterval/PlainValue")),
        digits=_whole(form.get("Length", "")) if form is not None else None,
        algorithm=_algorithm(suite),
    )


def _text(package: "etree._Element", path: str) -> str:
    found = package.findtext("/".join(f"{_PSKC}{name}" for name in path.split("/")))
    return (found or "").strip()
