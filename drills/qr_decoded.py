"""Every code of a thousand vouchers, and of their booklets, read from pixels by two readers that share nothing: zxing-cpp and ZBar.

Pages are those a print shop gets, drawn at the fineness of a fair photo. A code that either reader misses, or reads otherwise than it was
written, fails the drill.
"""

import tempfile
from pathlib import Path
from typing import Any

from drills import DrillFailed

NAME = "qr-decoded"
DOTS_PER_INCH = 130
PAGES_AT_ONCE = 70


def play(*, vouchers: int = 1_000) -> dict[str, Any]:
    """Print as many vouchers, in booklets of five, and read them back."""
    from benchmarks import _printing
    from carnet.gateways.printer import write_pdf
    from tests.gateways import readers

    if not readers.has_zbar():
        raise DrillFailed("the second reader is not there: it needs node and npm's @undecaf/zbar-wasm, which make installs")
    booklets = list(_printing.booklets(vouchers // _printing.SIZE))
    expected = [
        found for each in booklets for found in ([("128", each.barcode)], [], *([("QR", voucher.url)] for voucher in each.vouchers))
    ]
    missed = {"zxing": 0, "zbar": 0}
    with tempfile.TemporaryDirectory(prefix="carnet-drill-") as folder:
        path = Path(folder) / "booklets.pdf"
        pages = write_pdf(path, _printing.EDITION, booklets)
        for first in range(0, pages, PAGES_AT_ONCE):
            wanted = range(first, min(first + PAGES_AT_ONCE, pages))
            seen = readers.pictures(path, wanted, DOTS_PER_INCH)
            for name, read in (("zxing", readers.by_zxing), ("zbar", readers.by_zbar)):
                missed[name] += sum(found != expected[page] for page, found in zip(wanted, read(seen), strict=True))
    if any(missed.values()):
        raise DrillFailed(f"pages read otherwise than written: {missed['zxing']} by zxing-cpp, {missed['zbar']} by ZBar, of {pages}")
    codes = sum(len(each.vouchers) for each in booklets)
    return {
        "vouchers": codes,
        "booklets": len(booklets),
        "qr_read_by_zxing": codes,
        "qr_read_by_zbar": codes,
        "dots_per_inch": DOTS_PER_INCH,
    }
