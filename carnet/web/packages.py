"""Where a page finds what package.json names, when it was installed (docs/decisions/0018)."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage

READER_MODULE = "packages/barcode-detector/ponyfill.js"
READER_WASM = "packages/zxing-wasm/zxing_reader.wasm"


@dataclass(frozen=True, slots=True)
class Reader:
    """The addresses of the reader of QR codes: its script, and the program it drives."""

    module: str
    wasm: str


def reader() -> Reader | None:
    """The reader of QR codes this site serves, or None when its packages are not installed."""
    if not all(_is_served(name) for name in (READER_MODULE, READER_WASM)):
        return None
    return Reader(staticfiles_storage.url(READER_MODULE), staticfiles_storage.url(READER_WASM))


def _is_served(name: str) -> bool:
    """Collected, in production; where npm put it, elsewhere."""
    return bool(finders.find(name)) if settings.WHITENOISE_USE_FINDERS else staticfiles_storage.exists(name)
