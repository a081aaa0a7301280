"""What an application keeps sealed, read and written in one place, whichever room's it is."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from carnet.gateways.keys import key_ring
from carnet.parties.columns import ApplicationColumns, PaperColumns
from carnet.parties.rules.applications import Answers


@dataclass(frozen=True, slots=True)
class Sealed:
    """How one kind of application is sealed: the purposes of its keys, and what nobody has written in yet.

    `mark`: the purpose of the keyed mark that finds the applications of an address; the e-mail's own when it is not another.
    """

    answers: str
    email: str
    empty: Callable[[], Answers]
    paper: str = ""
    mark: str = ""

    def answers_of(self, file: ApplicationColumns) -> Answers:
        """What the applicant wrote. Raises: KeysUnreadable."""
        if file.sealed_answers is None:
            return self.empty()
        found: dict[str, Any] = json.loads(key_ring().unseal(self.answers, bytes(file.sealed_answers)))
        return {**self.empty(), **found}

    def sealed_answers(self, answers: Answers) -> bytes:
        """The same, as it is kept."""
        return key_ring().seal(self.answers, json.dumps(answers, ensure_ascii=False).encode())

    def email_of(self, file: ApplicationColumns) -> str:
        """Where the applicant is written to; "" once erased. Raises: KeysUnreadable."""
        return key_ring().unseal(self.email, bytes(file.sealed_email)).decode() if file.sealed_email is not None else ""

    def sealed_email(self, address: str) -> bytes:
        """The same, as it is kept."""
        return key_ring().seal(self.email, address.encode())

    def address_mark(self, address: str) -> bytes:
        """What stands for an e-mail address."""
        return key_ring().mark(self.mark or self.email, address.strip().lower())

    def content_of(self, paper: PaperColumns) -> bytes:
        """A paper; empty once removed. Raises: KeysUnreadable."""
        return key_ring().unseal(self.paper, bytes(paper.sealed_content)) if paper.sealed_content is not None else b""

    def sealed_paper(self, content: bytes) -> bytes:
        """The same, as it is kept."""
        return key_ring().seal(self.paper, content)
