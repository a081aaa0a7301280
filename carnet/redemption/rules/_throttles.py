"""How much guessing is let through: unknown and mistyped codes, and nothing else, counted by who tries and from where.

Source: docs/decisions/0013-who-guesses-is-slowed.md; docs/sources/codes-on-paper.md#guessing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

# Guesses one hand (token, person, device, phone) may make in a quarter of an hour. Everything below follows from it.
GUESSES_MAX = 20
GUESSES_WINDOW = timedelta(minutes=15)
# How many times that, by dimension, in the order they are looked at. A place has several hands, an organisation several places:
# one hand gone wrong never closes its neighbours.
DIMENSION_FACTORS: Mapping[str, int] = {"token": 1, "person": 1, "instrument": 1, "place": 2, "organisation": 6}
# Guesses over one programme, or everywhere, from which every allowance is lowered; nobody is closed by others' guesses.
PROGRAMME_FACTOR = 5
EVERYWHERE_FACTOR = 15
LOWERED_BY = 4
GUESS_CODES = frozenset({"code-mistyped", "voucher-unknown"})


@dataclass(frozen=True, slots=True)
class Hand:
    """Who tries a code, and from where: what guesses are counted by. No address of a network is part of it."""

    organisation_id: int
    place_id: int | None = None
    person_id: int | None = None
    token_id: int | None = None
    instrument: str | None = None

    @property
    def subjects(self) -> list[tuple[str, str]]:
        """The dimensions it counts in, with its value in each."""
        values = (self.token_id, self.person_id, self.instrument, self.place_id, self.organisation_id)
        return [(name, str(value)) for name, value in zip(DIMENSION_FACTORS, values, strict=True) if value is not None]


def lowered(guesses_max: int = GUESSES_MAX) -> int:
    """What is left of one hand's allowance under pressure: a quarter, one at the least."""
    return max(guesses_max // LOWERED_BY, 1)


def is_pressing(*, over_programme: int, everywhere: int, guesses_max: int = GUESSES_MAX) -> bool:
    """Whether so many guesses in a quarter of an hour lower the allowances under a programme."""
    return over_programme >= PROGRAMME_FACTOR * guesses_max or everywhere >= EVERYWHERE_FACTOR * guesses_max


def throttled(
    tries: Sequence[tuple[Hand, bool]],
    *,
    counted: Mapping[tuple[str, str], int],
    everywhere: int,
    pressed_places: frozenset[int] = frozenset(),
    guesses_max: int = GUESSES_MAX,
) -> list[str | None]:
    """For each try, the dimension whose allowance is used up, or None.

    `tries`: each hand, and whether its code is unknown or mistyped; taken in order, so that those let through count
    against the next. `counted`: guesses of the last quarter of an hour by (dimension, value); `everywhere`: all of them;
    `pressed_places`: places one of whose programmes is under pressure. The database says the same in
    ``redemption_throttled``; a Hypothesis test holds both equal.
    """
    running = dict(counted)
    everywhere_pressed = is_pressing(over_programme=0, everywhere=everywhere, guesses_max=guesses_max)
    verdicts: list[str | None] = []
    for hand, is_guess in tries:
        pressed = everywhere_pressed or hand.place_id in pressed_places
        allowance = lowered(guesses_max) if pressed else guesses_max
        used_up = (subject[0] for subject in hand.subjects if running.get(subject, 0) >= DIMENSION_FACTORS[subject[0]] * allowance)
        verdict = next(used_up, None)
        verdicts.append(verdict)
        if verdict is None and is_guess:
            for subject in hand.subjects:
                running[subject] = running.get(subject, 0) + 1
    return verdicts
