"""Every reader of files, given every file made to harm: refused in its own words, within bounded memory, and never a fault of ours."""

import io
import tracemalloc
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from carnet.connectivity.rules.study.estate import read_estate
from carnet.continuity.rules import papers, publication
from carnet.continuity.rules.clearing import identities, messages
from carnet.gateways import code_cards, documents, photographs
from carnet.gateways.bank import accountant, reports
from carnet.gateways.printer import _logos as logos
from carnet.kernel.refusals import Refusal
from carnet.observatory.rules import evaluations, indicators
from carnet.observatory.rules.surveys import read_mapping
from carnet.places.rules import tables
from carnet.web.operator.printing._packing import read_quantities
from tests.attacks import hostile
from tests.attacks.tallies import tally

# What each reader says of a file it cannot read, in its own words.
REFUSED = (Refusal, code_cards.CardFileFault, publication.FileUnreadable)
FILES = hostile.files()
MOST_BYTES = 96 * hostile.MEGA
Reader = Callable[[bytes], Any]


def estate(content: bytes) -> Any:
    table = tables.read_table(tables.content_of(io.BytesIO(content)))
    return read_estate(table.columns, [(each.line, each.cells) for each in table.lines])


READERS: Mapping[str, Reader] = {
    "places, any table": lambda content: tables.read_table(tables.content_of(io.BytesIO(content))),
    "homes of a landlord": estate,
    "cards of codes": code_cards.read_cards,
    "papers of an application": documents.read,
    "photographs of a sheet": photographs.read,
    "logos": lambda content: logos.read_logo(content, name="x"),
    "answers of the bank": reports.read,
    "answers of an accountant": accountant.read,
    "indicators": lambda content: indicators.read(content, commune_of=lambda _code: None),
    "names of columns of an inquiry": read_mapping,
    "plans of an evaluation": evaluations.read_plan,
    "lists of serials": lambda content: papers.read_serials(content.decode("utf-8", "replace")),
    "commitments published": lambda content: publication.read(content.decode("utf-8", "replace")),
    "quantities of parcels": lambda content: read_quantities(content, []),
    "messages between operators": messages.read_parcel,
    "identities of operators": lambda content: identities.read_signed_identity(content),
}


@pytest.mark.parametrize("name", READERS)
def test_every_file_made_to_harm(name: str) -> None:
    faults = []
    for what, content in FILES.items():
        try:
            READERS[name](content)
        except REFUSED:
            pass
        except Exception as fault:  # noqa: BLE001 - whatever else it is, it is what is looked for
            faults.append(f"{what}: {type(fault).__name__}: {str(fault)[:120]}")
    assert faults == []
    tally("files", name, tried=len(FILES))


@pytest.mark.slow
@pytest.mark.parametrize("what", ["gzip bomb", "workbook bomb", "billion laughs", "a picture of four billion dots", "elements without end"])
def test_what_unfolds_is_stopped_before_it_fills_the_memory(what: str) -> None:
    most = 0
    for reader in READERS.values():
        tracemalloc.start()
        try:
            reader(FILES[what])
        except REFUSED:
            pass
        finally:
            most = max(most, tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert most < MOST_BYTES
    tally("files", f"memory: {what}", tried=len(READERS), said=f"at most {most // hostile.MEGA} MB")
