"""A release of open data made by hand: three months of two years, one département, and one count hidden."""

import zlib
from datetime import UTC, date, datetime
from hashlib import sha256

from carnet.observatory.models import Release, ReleaseFile

NATION, REGION, LOIRE, METROPOLE, NANTES, VERTOU = (
    ("NATION", "FR", "France"), ("REGION", "52", "Pays de la Loire"), ("DEPARTEMENT", "44", "Loire-Atlantique"),
    ("EPCI", "244400404", "Nantes Métropole"), ("COMMUNE", "44109", "Nantes"), ("COMMUNE", "44215", "Vertou"),
)  # fmt: skip
ABOVE = (NATION, REGION, LOIRE, METROPOLE)
# period: area: measure: count; an empty cell is hidden. A whole year is published beside its months.
_DECEMBER = {"handed_over": 400, "people": 80, "used": 200}
COUNTS: dict[str, dict[tuple[str, str, str], dict[str, int | str]]] = {
    "2025": {NANTES: {**_DECEMBER}},
    "2025-12": {NANTES: {**_DECEMBER}},
    "2026-02": {
        NANTES: {"handed_over": 600, "people": 120, "used": 250},
        VERTOU: {"handed_over": 20, "people": "", "used": 0},
    },
    "2026-03": {NANTES: {"handed_over": 400, "people": 80, "used": 350}},
}
SERVICES = {"mailbox": 400, "cv": 200}


def release(*, revision: int = 0, programmes: tuple[str, ...] = ("nantes",), nowhere: int = 0) -> Release:
    """Kept as a release is; the territories above Nantes have its counts and Vertou's handed over. `nowhere`: handed over by desks without an address."""
    made = Release.objects.create(
        month_on=date(2026, 3, 1), revision=revision, made_at=datetime(2026, 4, 2, 6, 0, tzinfo=UTC), line_count=0, hidden_count=2,
        digest=sha256(f"{revision}{programmes}{datetime.now(UTC)}".encode()).hexdigest(),
    )  # fmt: skip
    files = {
        "territories.csv": _territories() + _of_no_territory(nowhere),
        "services.csv": _services(),
        "publics.csv": _publics(),
        "programmes.csv": _programmes(programmes),
    }
    for name, lines in files.items():
        content = "\n".join(lines).encode()
        ReleaseFile.objects.create(
            release=made, name=name, size=len(content), digest=sha256(content).hexdigest(), deflated=zlib.compress(content)
        )
    return made


def _territories() -> list[str]:
    lines = ["period,level,code,name,measure,value"]
    for period, areas in COUNTS.items():
        whole = dict(areas[NANTES])
        if VERTOU in areas:
            whole["handed_over"] = int(whole["handed_over"]) + 20
        for area, counts in (dict.fromkeys(ABOVE, whole) | areas).items():
            lines += [f"{period},{','.join(area)},{measure},{count}" for measure, count in counts.items()]
    return lines


def _of_no_territory(handed_over: int) -> list[str]:
    levels = ("REGION", "DEPARTEMENT", "COMMUNE") if handed_over else ()
    return [f"2026-03,{level},ZZ,Territoire non connu,handed_over,{handed_over}" for level in levels]


def _services() -> list[str]:
    return ["period,level,code,name,key,measure,value"] + [
        f"{month},{','.join(area)},{key},used,{count // 2}"
        for month in ("2026-02", "2026-03")
        for area in (*ABOVE, NANTES)
        for key, count in SERVICES.items()
    ]


def _publics() -> list[str]:
    return ["period,level,code,name,key,measure,value"] + [
        f"2026-03,{','.join(area)},age_band:{answer},people,{count}"
        for area in (*ABOVE, NANTES)
        for answer, count in (("FROM_60_TO_74", 120), ("UNDER_26", ""))
    ]


def _programmes(names: tuple[str, ...]) -> list[str]:
    return ["period,level,code,name,measure,value"] + [
        f"2026-0{month},PROGRAMME,{name},{name},{measure},{count}"
        for name in names
        for month, counts in ((2, {"activated": 900, "used": 250, "paid": 200}), (3, {"activated": 600, "used": 350, "paid": 360}))
        for measure, count in counts.items()
    ]
