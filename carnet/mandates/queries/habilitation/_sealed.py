"""What habilitation keeps sealed, read and written in one place."""

import json
from dataclasses import asdict

from carnet.gateways.keys import key_ring
from carnet.kernel.identifiers import Siret
from carnet.kernel.refusals import Refusal
from carnet.mandates.models import HelperFile, StructureAppeal, StructureMessage
from carnet.mandates.rules.habilitation import Answers, HelperSaid, Position, empty_answers
from carnet.parties.queries.applications import Sealed

# The mark stands for an e-mail address, the same in every structure.
SEALED = Sealed("structure-answers", "structure-email", empty_answers, paper="structure-paper", mark="address in a habilitation")
MESSAGE, APPEAL, HELPER = "structure-message", "structure-appeal", "helper-identity"


answers_of, email_of = SEALED.answers_of, SEALED.email_of
address_mark, content_of = SEALED.address_mark, SEALED.content_of


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


def helper_said(row: HelperFile) -> HelperSaid:
    """Who a helper is; nobody once erased. Raises: KeysUnreadable."""
    if row.sealed_identity is None:
        return HelperSaid("", "", "", Position.EMPLOYEE)
    found = json.loads(key_ring().unseal(HELPER, bytes(row.sealed_identity)))
    return HelperSaid(**found | {"position": Position(found["position"])})


def sealed_helper(said: HelperSaid) -> bytes:
    """The same, as it is kept."""
    return key_ring().seal(HELPER, json.dumps(asdict(said), ensure_ascii=False).encode())
