"""The one base of every expected refusal.

A refusal carries a stable code and facts, never a sentence: the door that answers a person holds
the sentence in that person's language (``carnet.web.design.sentences``).
"""

from typing import Any, ClassVar


class Refusal(Exception):
    """Something a rule does not allow, with the facts a sentence about it needs."""

    code: ClassVar[str] = "refused"

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.code, facts)
        self.facts: dict[str, Any] = facts

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code} ({details})" if details else self.code
