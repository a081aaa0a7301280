"""Booklets of five QR codes, ours and others' in turn: each other writer is a process of its own, asked again and again.

Processor time, one process on each side: the machine's other work weighs on nobody. Codes are drawn beforehand; texts are those of a real
edition, with the places of two desks.
"""

import dataclasses
import io
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import NotMeasured, _server
from carnet.gateways.printer import Edition, NearPlace, PrintedBooklet, PrintedVoucher, write_accessible, write_pdf
from carnet.kernel.identifiers import BookletSerial, SecretCode, VoucherSerial

BOOKLETS, PROMISED_BYTES = 500, 7_000
SIZE = 5
PYTHON = _server.ROOT / ".venv" / "bench" / "bin" / "python"
EDITION = Edition(
    title="Pass numérique Nantes Métropole",
    booklet_size=SIZE,
    value_cents=1000,
    validity="Valable jusqu’au 31 décembre 2027 inclus",
    phone="02 40 12 34 56",
    website="carnet.exemple.fr",
    funders=("Nantes Métropole", "Département de Loire-Atlantique", "État"),
    operator="Nantes Métropole",
    services=("e-mail", "démarches en ligne", "téléphone"),
    perimeter="Nantes Métropole et Loire-Atlantique",
    phone_hours="Du lundi au vendredi, de 9 h à 17 h",
)
PLACES = (
    NearPlace(
        "Médiathèque Floresca Guépin", "15 rue de la Haluchère, 44300 Nantes", "02 40 93 41 60", "Mardi au samedi, 10 h – 18 h", "à 800 m"
    ),
    NearPlace(
        "Centre socioculturel de la Bottière", "147 route de Sainte-Luce, 44300 Nantes", "02 40 50 16 26", "Lundi au vendredi", "à 1 km"
    ),
    NearPlace("Atelier coopératif", "2 rue Pablo Picasso, 44000 Nantes", "09 72 54 12 30", "Jeudi et vendredi, 9 h – 17 h", "à 3 km"),
)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_WEIGHED = """
import sys, tempfile
from pathlib import Path
from benchmarks import _printing
from carnet.gateways.printer import write_pdf
with tempfile.TemporaryFile() as file:
    write_pdf(file, _printing.EDITION, _printing.booklets(int(sys.argv[1])))
print(next(int(line.split()[1]) / 1024 for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")))
"""


def booklets(count: int) -> Iterator[PrintedBooklet]:
    """As many as asked, one at a time: half for each of two desks."""
    for number in range(1, count + 1):
        serial = BookletSerial("NM", number)
        vouchers = tuple(_voucher(number * SIZE + rank) for rank in range(SIZE))
        yield PrintedBooklet(serial.printed(), str(serial), vouchers, PLACES if number * 2 > count else PLACES[:2])


def _voucher(number: int) -> PrintedVoucher:
    token = "".join(_LETTERS[(number * 7919 + rank * rank * 31 + rank * number) % 32] for rank in range(136))
    code = SecretCode.from_random(4829150067312849 + number * 7_000_003 % 10**9)
    return PrintedVoucher(VoucherSerial("NM", number).printed(), code.printed(), f"HTTPS://CARNET.EXEMPLE.FR/V/{token}")


def megabytes(count: int) -> float:
    """The most memory that a process of its own took to write that many."""
    return float(subprocess.run([sys.executable, "-c", _WEIGHED, str(count)], capture_output=True, text=True, check=True).stdout)


@dataclass(frozen=True, slots=True)
class Arena:
    """The booklets of every side, made once, and where they are told to the others."""

    booklets: list[PrintedBooklet]
    told: Path
    seen: Iterator[int]

    def ours(self, count: int = BOOKLETS) -> float:
        """A round of ours: booklets a second."""
        started = time.process_time()
        write_pdf(io.BytesIO(), EDITION, self.booklets[:count])
        return count / (time.process_time() - started)

    def accessible(self, count: int) -> float:
        """The same of copies in large print: Typst's several threads all count. Never the same twice, since Typst remembers."""
        first = next(self.seen) * count % (len(self.booklets) - count)
        started = time.process_time()
        write_accessible(io.BytesIO(), EDITION, self.booklets[first : first + count])
        return count / (time.process_time() - started)


@contextmanager
def arena() -> Iterator[Arena]:
    made = list(booklets(BOOKLETS))
    edition = {
        "title": EDITION.title, "booklet_size": SIZE, "value": EDITION.value, "validity": EDITION.validity,
        "phone": EDITION.phone, "funders": EDITION.funders,
    }  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="carnet-bench-") as folder:
        told = Path(folder) / "booklets.json"
        told.write_text(json.dumps({"edition": edition, "booklets": [dataclasses.asdict(each) for each in made]}), encoding="utf-8")
        shared = Arena(made, told, itertools.count())
        shared.ours(2)
        shared.accessible(2)
        yield shared


@contextmanager
def writer(shared: Arena, name: str, count: int, python: Path = PYTHON) -> Iterator[Callable[[], float]]:
    """Rounds of another writer: booklets a second. Raises: NotMeasured."""
    if not python.exists():
        raise NotMeasured("its packages (requirements-bench.txt) could not be installed here")
    command = [str(python), "-m", "benchmarks._papers", name, str(shared.told)]
    with subprocess.Popen(
        command, cwd=_server.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        if not process.stdout.readline().startswith("ready"):
            raise NotMeasured((process.stderr.read().strip().splitlines() or ["no reason given"])[-1][:200])

        def one_round() -> float:
            assert process.stdin
            assert process.stdout
            process.stdin.write(f"{count}\n")
            process.stdin.flush()
            seconds, size = process.stdout.readline().split()
            # A writer that wrote less than the modules of its QR codes wrote no booklet.
            assert int(size) > count * SIZE * 200, f"{name} wrote {size} bytes"
            return count / float(seconds)

        yield one_round
        process.stdin.close()
