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
from carnet.observatory.rules._funds import (
    CIRCULATING,
    HEADINGS_OF_CUT,
    PARTS,
    Amount,
    By,
    Heading,
    heading_of,
    not_accounted_for,
)
from carnet.observatory.rules._signals import (
    Signal,
    Watched,
    signals,
)
from carnet.observatory.rules._targets import (
    DeskHelp,
    DeskSoFar,
    PublicProgress,
    desks_that_help,
    is_small,
)

__all__ = [
    "CIRCULATING",
    "HEADINGS_OF_CUT",
    "PARTS",
    "SMALL_COUNT",
    "Amount",
    "By",
    "DeskHelp",
    "DeskSoFar",
    "FunderFigures",
    "Heading",
    "OpenFile",
    "ProgrammeFigures",
    "Proof",
    "PublicProgress",
    "Signal",
    "Watched",
    "desks_that_help",
    "heading_of",
    "hide_small",
    "is_small",
    "missing_cents",
    "not_accounted_for",
    "proof_of",
    "signals",
    "weighted_median",
]
