"""What a published figure is, what is hidden, and what is likely to come. Pure."""

from carnet.observatory.rules._figures import (
    SMALL_COUNT,
    FunderFigures,
    OpenFile,
    ProgrammeFigures,
    Proof,
    hide_small,
    missing_cents,
    proof_of,
    weighted_median,
)

__all__ = [
    "SMALL_COUNT",
    "FunderFigures",
    "OpenFile",
    "ProgrammeFigures",
    "Proof",
    "hide_small",
    "missing_cents",
    "proof_of",
    "weighted_median",
]
