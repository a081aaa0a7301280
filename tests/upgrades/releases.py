"""The databases kept at each release, and what they say of themselves."""

import gzip
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
# In the order of versions: 0.10.0 comes after 0.9.0.
RELEASES = sorted(
    (path.name.removesuffix(".sql.gz") for path in HERE.glob("*.sql.gz")), key=lambda name: [int(part) for part in name.split(".")]
)
MIGRATION = re.compile(r"^\s*\(\d+, '(\w+)', '(\w+)', '20", re.MULTILINE)


def statements(release: str) -> str:
    """The schema and the rows of a release, as kept."""
    return gzip.decompress((HERE / f"{release}.sql.gz").read_bytes()).decode()


def migrations(release: str) -> set[tuple[str, str]]:
    """The migrations that release had run."""
    text = statements(release)
    return set(MIGRATION.findall(text[text.index("INSERT INTO public.django_migrations") :]))
