"""What habilitation keeps sealed, read and written in one place."""

import json
from dataclasses import asdict
from typing import Any

from carnet.gateways.keys import key_ring
from carnet.kernel.identifiers import Siret
from carnet.kernel.refusals import Refusal
from carnet.mandates.models import HelperFile, StructureAppeal, StructureFile, StructureMessage, StructurePaper
from carnet.mandates.rules.habilitation import Answers, HelperSaid, Position, empty_answers

ANSWERS, EMAIL, PAPER = "structure-answers", "structure-email", "structure-paper"
MESSAGE, APPEAL, HELPER = "structure-message", "structure-appeal", "helper-identity"


def answers_of(file: StructureFile) -> Answers:
    """What the structure wrote. Raises: KeysUnreadable."""
    if file.sealed_answers is None:
        return empty_answers()
    found: dict[str, Any] = json.loads(key_ring().unseal(ANSWERS, bytes(file.sealed_answers)))
    return {**empty_answers(), **found}


def sealed_answers(answers: Answers) -> bytes:
    """The same, as it is kept."""
    return key_ring().seal(ANSWERS, json.dumps(answers, ensure_ascii=False).encode())


def email_of(file: StructureFile) -> str:
    """Where whoever asks is written to; "" once erased. Raises: KeysUnreadable."""
    return key_ring().unseal(EMAIL, bytes(file.sealed_email)).decode() if file.sealed_email is not None else ""


def sealed_email(address: str) -> bytes:
    """The same, as it is kept."""
    return key_ring().seal(EMAIL, address.encode())


def address_mark(address: str) -> bytes:
    """What stands for an e-mail address, the same in every structure."""
    return key_ring().mark("address in a habilitation", address.strip().lower())


def normal_siret(answers: Answers) -> str:
    """The SIRET of a request as it is kept; "" while it is not one."""
    try:
        return str(Siret.parse(str(answers["who"].get("number", ""))))
    except Refusal:
        return ""


def text_of(row: StructureMessage | StructureAppeal) -> str:
    """A message or an appeal; "" once erased. Raises: KeysUnreadable."""
    if row.sealed_text is None:
        return ""
    return key_ring().unseal(MESSAGE if isinstance(row, StructureMessage) else APPEAL, bytes(row.sealed_text)).decode()


def sealed_message(text: str) -> bytes:
    """A message, as it is kept."""
    return key_ring().seal(MESSAGE, text.encode())


def sealed_appeal(text: str) -> bytes:
    """An appeal, as it is kept."""
    return key_ring().seal(APPEAL, text.encode())


def content_of(row: StructurePaper) -> bytes:
    """A paper; empty once removed. Raises: KeysUnreadable."""
    return key_ring().unseal(PAPER, bytes(row.sealed_content)) if row.sealed_content is not None else b""


def sealed_paper(content: bytes) -> bytes:
    """The same, as it is kept."""
    return key_ring().seal(PAPER, content)


def helper_said(row: HelperFile) -> HelperSaid:
    """Who a helper is; nobody once erased. Raises: KeysUnreadable."""
    if row.sealed_identity is None:
        return HelperSaid("", "", "", Position.EMPLOYEE)
    found = json.loads(key_ring().unseal(HELPER, bytes(row.sealed_identity)))
    return HelperSaid(**found | {"position": Position(found["position"])})


def sealed_helper(said: HelperSaid) -> bytes:
    """The same, as it is kept."""
    return key_ring().seal(HELPER, json.dumps(asdict(said), ensure_ascii=False).encode())
