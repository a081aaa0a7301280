"""Pages written to a PDF file: forms once, then light pages that only add what changes."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import pikepdf

from carnet.gateways.printer import _layout as layout
from carnet.gateways.printer._canvas import PAGE_HEIGHT_MM, PAGE_WIDTH_MM, POINTS_PER_MM, Canvas
from carnet.gateways.printer._edition import Edition, PrintedBooklet
from carnet.gateways.printer._fonts import embed

_SHEET = [0, 0, round(PAGE_WIDTH_MM * POINTS_PER_MM, 3), round(PAGE_HEIGHT_MM * POINTS_PER_MM, 3)]


def write_pdf(path: Path | BinaryIO, edition: Edition, booklets: Iterable[PrintedBooklet]) -> int:
    """Behind the package's `write_pdf`, which says what it promises."""
    with pikepdf.new() as pdf:
        fonts = pikepdf.Dictionary(R=embed(pdf, "R"), B=embed(pdf, "B"))
        resources = {
            name: pdf.make_indirect(pikepdf.Dictionary(Font=fonts, XObject=pikepdf.Dictionary(T=_form(pdf, fonts, drawn))))
            for name, drawn in (("cover", layout.cover_form(edition)), ("ticket", layout.ticket_form(edition)))
        }
        pages = 0
        for booklet in booklets:
            page = _started()
            layout.cover(page, edition, booklet)
            _add(pdf, resources["cover"], page)
            for rank, voucher in enumerate(booklet.vouchers, start=1):
                page = _started()
                layout.ticket(page, edition, booklet, rank, voucher)
                _add(pdf, resources["ticket"], page)
            pages += 1 + len(booklet.vouchers)
        pdf.docinfo["/Title"] = f"{edition.title} : carnets" + (" (activité simulée)" if edition.is_simulated else "")
        pdf.Root.Lang = pikepdf.String("fr-FR")
        _save(pdf, path)
    return pages


def _started() -> Canvas:
    page = Canvas()
    page.use("T")
    return page


def _form(pdf: pikepdf.Pdf, fonts: pikepdf.Dictionary, drawn: Canvas) -> pikepdf.Object:
    return pdf.make_stream(
        drawn.content,
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Form,
        BBox=_SHEET,
        Resources=pikepdf.Dictionary(Font=fonts),
    )


def _add(pdf: pikepdf.Pdf, resources: pikepdf.Object, drawn: Canvas) -> None:
    page = pikepdf.Dictionary(Type=pikepdf.Name.Page, MediaBox=_SHEET, Resources=resources, Contents=pdf.make_stream(drawn.content))
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))


def _save(pdf: pikepdf.Pdf, path: Path | BinaryIO) -> None:
    if not isinstance(path, Path):
        pdf.save(path, compress_streams=True, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    # Codes are as good as cash until handed over: only the owner reads the file.
    with open(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
        pdf.save(
            file,
            compress_streams=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            deterministic_id=True,
        )
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
