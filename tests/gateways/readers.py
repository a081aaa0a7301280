"""Two readers of codes that share nothing: zxing-cpp, of the family that draws ours, and ZBar, run by Node."""

import json
import shutil
import struct
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

import pypdfium2
import zxingcpp
from PIL import Image

ZBAR = Path(__file__).with_name("zbar.mjs")
PACKAGE = Path(__file__).resolve().parents[2] / "node_modules/@undecaf/zbar-wasm"
NODE = shutil.which("node")
Found = list[tuple[str, str]]
_ZBAR_KINDS = {"ZBAR_QRCODE": "QR", "ZBAR_CODE128": "128"}
_ZXING_KINDS = {zxingcpp.BarcodeFormat.QRCode: "QR", zxingcpp.BarcodeFormat.Code128: "128"}


def has_zbar() -> bool:
    return NODE is not None and PACKAGE.is_dir()


def pictures(path: Path, pages: Iterable[int], dots_per_inch: int) -> list[Image.Image]:
    """Some pages as grey pixels."""
    document = pypdfium2.PdfDocument(path)
    drawn = [document[page].render(scale=dots_per_inch / 72, grayscale=True).to_pil().convert("L") for page in pages]
    document.close()
    return drawn


def by_zxing(seen: Sequence[Image.Image]) -> list[Found]:
    return [[(_ZXING_KINDS[each.format], each.text) for each in zxingcpp.read_barcodes(picture)] for picture in seen]


def by_zbar(seen: Sequence[Image.Image]) -> list[Found]:
    told = b"".join(struct.pack("<II", *picture.size) + picture.tobytes() for picture in seen)
    done = subprocess.run([str(NODE), str(ZBAR)], input=told, capture_output=True, check=True)
    return [[(_ZBAR_KINDS[kind], text) for kind, text in json.loads(line)] for line in done.stdout.decode().splitlines()]
