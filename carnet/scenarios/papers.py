"""What a closed campaign leaves on paper and in the open: funders' statements, published figures."""

import csv
from datetime import datetime
from pathlib import Path

from django.utils.text import slugify

from carnet.observatory import queries as observatory
from carnet.scenarios.accounts import keep_books
from carnet.settlement import queries as settlement
from carnet.web.statements import statement_csv, statement_pdf


def papers(programme_id: int, agreement_id: int, out: Path, *, at: datetime) -> list[Path]:
    """Write every statement (PDF and CSV, from the same figures) and the open data; return their paths."""
    statements = settlement.statement_figures(agreement_id=agreement_id, at=at)
    written = [_write(out / "releves" / "releves.csv", statement_csv(statements))]
    for number, figures in enumerate(statements, start=1):
        written.append(_write(out / "releves" / f"releve-{number}-{slugify(figures.funder)}.pdf", statement_pdf(figures)))
    written += keep_books(programme_id, agreement_id, out, at=at)
    for file in observatory.open_data([observatory.programme_figures(programme_id, at=at)]).values():
        path = out / "opendata" / f"{file.name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(file.lines())
        written.append(path)
    return written


def _write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
