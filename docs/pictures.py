"""The pictures of the documents: taken from a demonstration that is being served, by one command.

    .venv/bin/python -m docs.pictures [http://127.0.0.1:8000]

`make docs` takes them too when a demonstration answers there. It signs in through /demo/ and only looks, but for one voucher: the one
of the demonstration's page is spent at one place, tried again at another, then undone, so that a visitor can still spend it. One device is
enrolled, then revoked, and one sheet of paper is opened.
"""

import io
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pypdfium2
from PIL import Image, ImageOps
from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).resolve().parent / "pictures"
CHROMIUM = "/usr/bin/chromium"
SERVED_BY_MAKE_DEMO = "http://127.0.0.1:8000"
WIDE, PHONE = 1280, 360
HEIGHT_MAX = {WIDE: 1500, PHONE: 1100}
COLOURS = 32
PICTURE_BYTES_MAX = 150_000
FOLDER_BYTES_MAX = 3_000_000
SLIP_PDF = "> /prescriber/slips/*fiche.pdf?language=fr"
# Two of the people that the demonstration invents: one signs for the first time, one has signed.
NEWCOMER, KNOWN = re.compile("^Yasmine Rousselet"), re.compile("^Mamadou")
PAPER_PIXELS = 1000  # the longer side of a page


@dataclass(frozen=True)
class Shot:
    """One picture: who looks, by which way, how wide, in which language.

    A step of the way is an address; or "> " and how the address of a link begins (and, after a star, ends): the first such link of
    the page is followed; or one of STEPS. Without a way: the home page of the role. A way that ends at a PDF gives its first page.
    """

    name: str
    role: str | None
    way: tuple[str, ...] = ()
    width: int = WIDE
    language: str = "fr-FR"


SHOTS = (
    Shot("home", None, ("/",)),
    Shot("home-phone", None, ("/",), PHONE),
    Shot("home-english", None, ("/",), WIDE, "en-GB"),
    Shot("demo", None, ("/demo/",)),
    Shot("booklet-phone", None, ("/carnet/",), PHONE),
    Shot("obtain-phone", None, ("/obtenir/?where=Nantes",), PHONE),
    Shot("where-phone", None, ("/ou-aller/",), PHONE),
    Shot("left-phone", None, ("ask what is left",), PHONE),
    Shot("lost-phone", None, ("/perdu/",), PHONE),
    Shot("complaint-phone", None, ("/reclamation/",), PHONE),
    Shot("places", None, ("/places/?where=Nantes",)),
    Shot("place", None, ("/places/?where=Nantes&vouchers=on", "> /places/")),
    Shot("figures", None, ("/chiffres/",)),
    Shot("desk", "PRESCRIBER_LEAD"),
    Shot("hand-over", "PRESCRIBER_LEAD", ("> /prescriber/hand-over/",)),
    Shot("hand-over-phone", "PRESCRIBER_LEAD", ("> /prescriber/hand-over/",), PHONE),
    Shot("slip", "PRESCRIBER_LEAD", ("/prescriber/bookings/", "> /prescriber/bookings/", "> /prescriber/slips/lessons/")),
    Shot("slip-paper", "PRESCRIBER_LEAD", ("/prescriber/bookings/", "> /prescriber/bookings/", "> /prescriber/slips/lessons/", SLIP_PDF)),
    Shot("leaflet-paper", None, ("/carnet/mode-d-emploi.pdf",)),
    Shot("leaflet-arabic-paper", None, ("/carnet/mode-d-emploi.pdf?language=ar",)),
    Shot("leaflet-ukrainian-paper", None, ("/carnet/mode-d-emploi.pdf?language=uk",)),
    Shot("leaflet-arabic-phone", None, ("/carnet/mode-d-emploi/?language=ar",), PHONE),
    Shot("translation", "OPERATOR_ADMIN", ("/operator/translations/ar/",)),
    Shot("desk-sheet-paper", "PRESCRIBER_LEAD", ("/prescriber/papers/", "> /prescriber/papers/", "> /prescriber/papers/*feuille.pdf")),
    Shot("desk-sheet", "PRESCRIBER_LEAD", ("/prescriber/papers/", "> /prescriber/papers/")),
    Shot("counter", "PLACE_MANAGER"),
    Shot("counter-phone", "PLACE_MANAGER", (), PHONE),
    Shot("voucher-good", "PLACE_MANAGER", ("check the voucher",)),
    Shot("voucher-accepted", "PLACE_MANAGER", ("check the voucher", "accept it")),
    Shot("voucher-refused-phone", "MEDIATOR", ("check the voucher",), PHONE),
    Shot("offline-phone", "PLACE_MANAGER", ("enrol this device",), PHONE),
    Shot("devices", "PLACE_MANAGER", ("/place/devices/",)),
    Shot("sheet", "PLACE_MANAGER", ("type a sheet",)),
    Shot("telephone", None, ("/demo/telephone/",)),
    Shot("place-payments", "PLACE_MANAGER", ("/place/payments/",)),
    Shot("funder", "FUNDER"),
    Shot("agreement", "FUNDER", ("> /funder/agreements/",)),
    Shot("line", "HELPLINE", ("tell a voucher's story",)),
    Shot("complaints", "HELPLINE", ("/helpline/complaints/",)),
    Shot("operator", "OPERATOR_ADMIN"),
    Shot("programme", "OPERATOR_ADMIN", ("/operator/programmes/", "> /operator/programmes/")),
    Shot("order", "OPERATOR_ADMIN", ("/operator/orders/", "the latest order")),
    Shot("stock", "OPERATOR_ADMIN", ("/operator/stock/",)),
    Shot("operator-places", "OPERATOR_ADMIN", ("/operator/places/",)),
    Shot("payments", "TREASURER", ("/operator/payments/", "> /operator/payments/agreements/")),
    Shot("closing", "TREASURER", ("/operator/closings/", "> /operator/closings/")),
    Shot("books", "TREASURER", ("/books/agreements/1/",)),
    Shot("account-paper", "TREASURER", ("/books/kept/5.pdf",)),
    Shot("inactive-values-paper", "TREASURER", ("/books/kept/6.pdf",)),
    Shot("annual-account-paper", "TREASURER", ("/books/kept/7.pdf",)),
    Shot("places-paid-paper", "TREASURER", ("/books/kept/8.pdf",)),
    Shot("exchange-phone", "PRESCRIBER_LEAD", ("/prescriber/exchange/",), PHONE),
    Shot("approver", "APPROVER"),
    Shot("auditor", "AUDITOR", ("> /auditor/programmes/",)),
    Shot("verify", "AUDITOR", ("> /auditor/programmes/", "recompute everything")),
    Shot("helper-phone", "HELPER", (), PHONE),
    Shot("sign-phone", "HELPER", ("read it with the person",), PHONE),
    Shot("helped-people", "HELPER", ("/helper/people/",)),
    Shot("own-mandates-phone", None, ("be oneself",), PHONE),
    Shot("check-mandate-phone", None, ("/mandat/",), PHONE),
    Shot("structure-team", "HELPER_LEAD", ("/helper/team/",)),
    Shot("nation", None, ("/chiffres/pays/FR/",)),
    Shot("territory-phone", None, ("/chiffres/departement/44/",), PHONE),
    Shot("open-data", None, ("/donnees-ouvertes/",)),
    Shot("territory", "LOCAL_ACTOR", ("> /local/1/",)),
    Shot("local-board", "LOCAL_ACTOR", ("/boards/territories/1/",)),
    Shot("council-paper", "FUNDER", ("/council/", "> /council/", "> /council/*.pdf")),
    Shot("evaluation", "OPERATOR_ADMIN", ("/evaluations/plans/1/results/1/",)),
    Shot("self-check-phone", None, ("/faire-le-point/",), PHONE),
    Shot("self-check-results", "OPERATOR_ADMIN", ("/self-checks/results/2/",)),
    Shot("need", "OPERATOR_ADMIN", ("/need/",)),
    Shot("plan", "OPERATOR_ADMIN", ("/need/plans/", "> /need/plans/")),
    Shot("what-if", "OPERATOR_ADMIN", ("/need/plans/", "> /need/plans/", "leave a desk out")),
    Shot("connection-apply-phone", "PRESCRIBER_LEAD", ("/prescriber/connections/new/", "> /prescriber/connections/new/"), PHONE),
    Shot("connection-public-phone", None, ("/internet-solidaire/",), PHONE),
    Shot("landlord", "LANDLORD"),
    Shot("study", "LANDLORD", ("/landlord/studies/", "> /landlord/studies/")),
    Shot("design", None, ("/design/",)),
)


class Visit:
    """A browser window of one role, at one width, in one language."""

    def __init__(self, browser: Browser, base: str, shot: Shot) -> None:
        self.base = base
        context = browser.new_context(
            viewport={"width": shot.width, "height": 800}, locale=shot.language, color_scheme="light", reduced_motion="reduce"
        )
        context.set_default_timeout(20_000)
        self.page: Page = context.new_page()
        self.paper = b""
        if shot.role:
            self.page.goto(f"{base}/demo/")
            self.press(f"ul.doors form[action$='/{shot.role}/'] button")

    def close(self) -> None:
        self.page.context.close()

    def press(self, button: str) -> None:
        """Press the first such button, and wait for the page it leads to."""
        self.page.locator(button).first.click()
        self.page.wait_for_load_state()

    def go(self, step: str) -> None:
        if step in STEPS:
            STEPS[step](self)
        elif step.startswith("> "):
            self.follow(step.removeprefix("> "))
        else:
            self.open(step)

    def open(self, address: str) -> None:
        """Go there; a PDF is kept instead, for it has no page of its own here."""
        if address.split("?")[0].endswith(".pdf"):
            self.paper = self.page.request.get(self.base + address).body()
        else:
            self.page.goto(self.base + address)

    def follow(self, address: str) -> None:
        """Open the first link of the page that goes deeper than the address."""
        links = self.page.eval_on_selector_all("main a[href]", "links => links.map(link => link.getAttribute('href'))")
        start, _star, end = address.partition("*")
        here = self.page.url.removeprefix(self.base).split("?")[0]
        deeper = [link for link in links if link.startswith(start) and link.endswith(end) and link.split("?")[0] not in (here, start)]
        if not deeper:
            raise SystemExit(f"no link to {address} on {here}")
        self.open(deeper[0])

    def voucher(self) -> tuple[str, str]:
        """The serial and the code that the demonstration's page shows."""
        self.page.goto(f"{self.base}/demo/")
        shown = self.page.locator(".try-voucher .ticket").inner_text()
        lines = (line.replace(" ", "").replace("\u00a0", "") for line in shown.split("\n"))
        serials = (word for word in shown.split() if word.count("-") == 2)
        return next(serials), next(line for line in lines if len(line) == 18 and line.isdigit())

    def ask_what_is_left(self) -> None:
        """As a person does, with the number and the code of the same voucher."""
        serial, code = self.voucher()
        self.page.goto(f"{self.base}/reste/")
        self.page.locator("main input[name=number]").fill(serial)
        self.page.locator("main input[name=secret]").fill(code)
        self.press("main form .button.large")

    def tell_the_story(self) -> None:
        """Type the serial in the only box of the phone line."""
        serial, _code = self.voucher()
        self.page.goto(f"{self.base}/helpline/")
        self.page.locator("main input[name=typed]").fill(serial)
        self.press("main form .button.large")

    def what_if(self) -> None:
        """Ask of a plan what it would become without its first desk; nothing is sent."""
        self.press("main a[href*='/try/?without=']")

    def check_voucher(self) -> None:
        """Type the code that the demonstration's page shows."""
        _serial, code = self.voucher()
        self.page.goto(f"{self.base}/place/voucher/")
        self.page.locator("main input[name=code]").fill(code)
        # The camera's button comes first where there is a camera.
        self.press("main form .button[type=submit]")

    def accept(self) -> None:
        self.page.locator("main input[name=service][value=mailbox]").check()
        self.press("main form .button")

    def undo(self) -> None:
        """Give the demonstration its voucher back."""
        self.page.goto(f"{self.base}/place/redemptions/")
        self.follow("/place/redemptions/")
        self.page.goto(self.page.url.rstrip("/") + "/undo/")
        self.page.locator("main input[name=reason][value=other]").check()
        self.press("main form .button")

    def enrol(self) -> None:
        """Make of this window a device that accepts without network; it shows the app."""
        self.page.goto(f"{self.base}/place/devices/enrol/")
        self.page.locator("[data-enrol] input[name=name]").fill("Téléphone de l’accueil")
        self.page.locator("[data-enrol] button[type=submit]").click()
        self.page.locator("[data-ready]").wait_for()

    def revoke(self) -> None:
        """Forget that device: its key ended with its window."""
        self.page.goto(f"{self.base}/place/devices/")
        self.press("main table a")
        self.page.goto(self.page.url.rstrip("/") + "/revoke/")
        self.press("main form .button")

    def sheet(self) -> None:
        """The first sheet that waits to be typed, a new one if none does."""
        self.page.goto(f"{self.base}/place/sheets/")
        if not self.page.locator("main table a").count():
            self.press("main form button[name=print][value=''], main form .button.secondary")
        else:
            self.follow("/place/sheets/")

    def latest_order(self) -> None:
        links = self.page.eval_on_selector_all("main a[href]", "links => links.map(link => link.getAttribute('href'))")
        orders = [link for link in links if link.removeprefix("/operator/orders/").rstrip("/").isdigit()]
        self.page.goto(self.base + orders[0])

    def read_before_signing(self) -> None:
        """A mandate prepared with an invented person beside, and not signed."""
        self.page.goto(f"{self.base}/helper/new/")
        self.page.locator("main input[name=families]").first.check()
        self.press("main form button[type=submit]")
        self.page.locator("main a[href$='/franceconnect/']").click()
        self.be(NEWCOMER)

    def own_mandates(self) -> None:
        """The page of an invented person who signed in the demonstration."""
        self.page.goto(f"{self.base}/mes-mandats/")
        self.page.locator("main a[href$='/franceconnect/']").click()
        self.be(KNOWN)

    def be(self, name: re.Pattern[str]) -> None:
        """Somebody at the FranceConnect that the demonstration plays."""
        self.page.get_by_role("button", name=name).click()
        self.page.wait_for_load_state()

    def recompute(self) -> None:
        self.press("main form[action$='/verify/'] button")


STEPS: dict[str, Callable[[Visit], None]] = {
    "ask what is left": Visit.ask_what_is_left,
    "tell a voucher's story": Visit.tell_the_story,
    "check the voucher": Visit.check_voucher,
    "enrol this device": Visit.enrol,
    "type a sheet": Visit.sheet,
    "accept it": Visit.accept,
    "the latest order": Visit.latest_order,
    "recompute everything": Visit.recompute,
    "read it with the person": Visit.read_before_signing,
    "be oneself": Visit.own_mandates,
    "leave a desk out": Visit.what_if,
}


def taken(browser: Browser, base: str) -> Iterator[tuple[str, bytes]]:
    """Each picture's name and its bytes, made small."""
    for shot in SHOTS:
        visit = Visit(browser, base, shot)
        for step in shot.way:
            visit.go(step)
        if visit.paper:
            yield shot.name, small(first_page(visit.paper), PAPER_PIXELS)
            visit.close()
            continue
        width = visit.page.evaluate("document.documentElement.scrollWidth")
        if width > shot.width:
            print(f"{shot.name}: the page is {width} pixels wide in a window of {shot.width}", file=sys.stderr)
        visit.page.wait_for_load_state("networkidle")  # maps that load late
        yield shot.name, small(visit.page.screenshot(full_page=True, animations="disabled"), HEIGHT_MAX[shot.width])
        visit.close()


def first_page(pdf: bytes) -> bytes:
    """The first page of a PDF, as a picture with a thin edge."""
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        drawn = page.render(scale=PAPER_PIXELS / max(page.get_size())).to_pil().convert("RGB")
    framed = ImageOps.expand(drawn, border=1, fill="#8a8a8a")
    made = io.BytesIO()
    framed.save(made, "PNG")
    return made.getvalue()


def small(png: bytes, height_max: int) -> bytes:
    """The same picture, cut at the bottom if it is long, with a palette."""
    with Image.open(io.BytesIO(png)) as picture:
        cut = picture.convert("RGB").crop((0, 0, picture.width, min(picture.height, height_max)))
        flat = cut.quantize(colors=COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        made = io.BytesIO()
        flat.save(made, "PNG", optimize=True)
    return made.getvalue()


def demonstration_answers(base: str = SERVED_BY_MAKE_DEMO) -> bool:
    """Whether a demonstration is being served there."""
    try:
        with urlopen(f"{base}/demo/", timeout=3) as answer:  # noqa: S310 - an http:// address of this machine
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def take_all(base: str = SERVED_BY_MAKE_DEMO) -> list[str]:
    """Take every picture, forget those of another time; return their names."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            for name, content in taken(browser, base):
                (FOLDER / f"{name}.png").write_bytes(content)
            counter = Visit(browser, base, Shot("undo", "PLACE_MANAGER"))
            counter.undo()
            counter.revoke()
            counter.close()
        finally:
            browser.close()
    names = [shot.name for shot in SHOTS]
    for old in FOLDER.glob("*.png"):
        if old.stem not in names:
            old.unlink()
    return names


def main() -> int:
    base = sys.argv[1].rstrip("/") if len(sys.argv) > 1 else SERVED_BY_MAKE_DEMO
    if not demonstration_answers(base):
        print(f"no demonstration answers at {base}: start one with make demo", file=sys.stderr)
        return 1
    names = take_all(base)
    sizes = {name: (FOLDER / f"{name}.png").stat().st_size for name in names}
    print(f"{len(names)} pictures, {sum(sizes.values()) // 1000} kB, in {FOLDER.parent.name}/{FOLDER.name}")
    heavy = [name for name, size in sizes.items() if size > PICTURE_BYTES_MAX]
    if heavy or sum(sizes.values()) > FOLDER_BYTES_MAX:
        print(f"too heavy: {', '.join(heavy) or 'the folder'}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
