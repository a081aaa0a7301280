"""QR codes and barcodes as runs of dark modules, for writers that draw rectangles."""

import re
from collections.abc import Iterator
from pathlib import Path

import zxingcpp

FONTS = Path(__file__).resolve().parents[2] / "carnet/gateways/printer/fonts"
REGULAR, BOLD = FONTS / "AtkinsonHyperlegibleNext_400Regular.ttf", FONTS / "AtkinsonHyperlegibleNext_700Bold.ttf"
_DARK = re.compile(rb"\x00+")
Run = tuple[int, int, int]


def qr(text: str) -> tuple[int, list[Run]]:
    """How many modules a side has, and the runs: row, first, how many."""
    return _runs(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M"))


def bars(text: str) -> tuple[int, list[Run]]:
    """The same of one row of a barcode."""
    across, runs = _runs(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128))
    return across, [run for run in runs if run[0] == 0]


def _runs(symbol: zxingcpp.Barcode) -> tuple[int, list[Run]]:
    pixels = memoryview(symbol.to_image(scale=1, add_quiet_zones=False))
    dark, across = bytes(pixels), pixels.shape[1]
    return across, list(_each(dark, across))


def _each(dark: bytes, across: int) -> Iterator[Run]:
    for row in range(len(dark) // across):
        for found in _DARK.finditer(dark[row * across : (row + 1) * across]):
            yield row, found.start(), found.end() - found.start()
