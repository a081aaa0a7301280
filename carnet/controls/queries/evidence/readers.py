"""Which reader brings the evidence of which rule."""

from collections.abc import Callable, Iterable, Mapping

from carnet.controls.queries.evidence import asked, pairs, rhythm, shared, spending, uploads
from carnet.controls.queries.evidence._ground import Ground
from carnet.controls.rules.signals.rule import About

# Each reads a statement or two a period, seeing every tenant: bank accounts and devices are compared.
READERS: Mapping[str, Callable[[Ground], Iterable[About]]] = {
    "beyond-seats": spending.seats,
    "whole-booklets": spending.whole_booklets,
    "new-pair": pairs.pairs,
    "closed-circuit": pairs.pairs,
    "outside-sessions": spending.agenda,
    "outside-hours": spending.open_hours,
    "outside-area": pairs.areas,
    "before-hand-over": spending.too_early,
    "serials-in-order": spending.order,
    "expiry-spike": rhythm.last_days,
    "odd-uploads": uploads.uploads,
    "redeem-and-reverse": spending.undone,
    "shared-account": shared.accounts,
    "shared-contact": shared.contacts,
    "shared-device": shared.devices,
    "new-place": rhythm.beginnings,
    "new-account": rhythm.new_accounts,
    "unlike-its-peers": rhythm.peers,
    "mystery-no": asked.answers,
}
