"""Every page of every role as a picture, at a telephone's width and a desk's, to be looked at: in var/pages/, with contact sheets.

    .venv/bin/python -m docs.every_page [http://127.0.0.1:8000] [ROLE...]

It signs in through /demo/ and follows links, as the tests of the browser do (tests/browser/walking.py); it only looks.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carnet.settings.dev")

FOLDER = Path(__file__).resolve().parent.parent / "var" / "pages"
PHONE, WIDE = 360, 1280
HEIGHT_MOST = 2400
PATIENCE_MS = 120_000  # a page may lead to a long PDF
# One sheet holds so many pages, each drawn so wide.
ON_A_SHEET = {PHONE: 10, WIDE: 6}
DRAWN_WIDE = {PHONE: 300, WIDE: 620}
ROLES = (
    "nobody",
    "PLACE_MANAGER",
    "PRESCRIBER_LEAD",
    "FUNDER",
    "OPERATOR_ADMIN",
    "TREASURER",
    "APPROVER",
    "STATE_OFFICER",
    "AUDITOR",
    "HELPLINE",
    "ACCOUNTANT",
    "HELPER",
    "HELPER_LEAD",
    "LOCAL_ACTOR",
    "LANDLORD",
    "PROVIDER",
    "PRINT_SHOP",
)


def take(base: str, roles: tuple[str, ...]) -> Iterator[tuple[str, int, Path]]:
    """Each page's role, width and picture."""
    from playwright.sync_api import sync_playwright

    from docs.pictures import CHROMIUM
    from tests.browser.walking import pages_of

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for role in roles:
            context = browser.new_context(base_url=base, viewport={"width": WIDE, "height": 900}, locale="fr-FR", reduced_motion="reduce")
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            if role != "nobody":
                page.goto("/demo/")
                page.locator(f"form[action$='/{role}/'] button.door").click()
                page.wait_for_load_state()
            for kind, _address, _html in pages_of(page, role):
                for width in (WIDE, PHONE):
                    page.set_viewport_size({"width": width, "height": 900})
                    file = FOLDER / f"{role}-{kind.replace(':', '-')}-{width}.png"
                    page.screenshot(path=file, full_page=True, animations="disabled")
                    yield role, width, file
                page.set_viewport_size({"width": WIDE, "height": 900})
            context.close()
        browser.close()


def contact_sheets(role: str, width: int, files: list[Path]) -> None:
    """The pictures of a role side by side, cut where they are long."""
    from PIL import Image

    drawn = DRAWN_WIDE[width]
    for first in range(0, len(files), ON_A_SHEET[width]):
        shown = []
        for file in files[first : first + ON_A_SHEET[width]]:
            with Image.open(file) as picture:
                cut = picture.convert("RGB").crop((0, 0, picture.width, min(picture.height, HEIGHT_MOST)))
                shown.append(cut.resize((drawn, cut.height * drawn // cut.width)))
        columns = 5 if width == PHONE else 3
        rows = [shown[start : start + columns] for start in range(0, len(shown), columns)]
        sheet = Image.new("RGB", ((drawn + 12) * columns, sum(max(each.height for each in row) + 12 for row in rows)), "black")
        top = 0
        for row in rows:
            for rank, each in enumerate(row):
                sheet.paste(each, (rank * (drawn + 12), top))
            top += max(each.height for each in row) + 12
        sheet.save(FOLDER / f"sheet-{role}-{width}-{first // ON_A_SHEET[width] + 1}.png")


def main() -> int:
    import django

    django.setup()
    words = sys.argv[1:]
    base = next((each for each in words if each.startswith("http")), "http://127.0.0.1:8000").rstrip("/")
    roles = tuple(each for each in words if not each.startswith("http")) or ROLES
    FOLDER.mkdir(parents=True, exist_ok=True)
    taken: dict[tuple[str, int], list[Path]] = {}
    for role, width, file in take(base, roles):
        taken.setdefault((role, width), []).append(file)
    for (role, width), files in taken.items():
        contact_sheets(role, width, files)
    print(f"{sum(map(len, taken.values()))} pictures in {FOLDER.relative_to(FOLDER.parents[1])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
