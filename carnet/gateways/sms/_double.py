"""A gateway without a telephone: for tests, and for the demonstration, which writes to nobody."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from carnet.gateways.sms._outgoing import NotSent


@dataclass(slots=True)
class DoubleGateway:
    """Keeps what it is given: in memory, and as files of a folder when it has one (one JSON object per message)."""

    folder: Path | None = None
    is_down: bool = False
    sent: dict[str, tuple[str, str]] = field(default_factory=dict)

    def send(self, *, to: str, text: str, reference: str) -> None:
        if self.is_down:
            raise NotSent("down")
        self.sent.setdefault(reference, (to, text))
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            kept = self.folder / f"{reference}.json"
            if not kept.exists():
                kept.write_text(json.dumps({"to": to, "text": text}), encoding="utf-8")

    def to(self, number: str) -> list[str]:
        """Every message for one number, the oldest first."""
        if self.folder is None:
            return [text for to, text in self.sent.values() if to == number]
        found = []
        for kept in sorted(self.folder.glob("*.json"), key=lambda path: (path.stat().st_mtime_ns, path.name)):
            message = json.loads(kept.read_text(encoding="utf-8"))
            if message["to"] == number:
                found.append(message["text"])
        return found
