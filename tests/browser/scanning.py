"""What a counter's tests need of the outside world: a scanner that types, and a camera that sees what it is shown."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import segno
from PIL import Image
from playwright.sync_api import Page

from tests.browser.conftest import Site
from tests.chromium import WITH_CAMERA

CAMERA = (640, 480)


def scan(page: Page, text: str, *, focused_at: int | None = None) -> None:
    """A scanner: keys one after the other, quicker than any hand, then Enter.

    With `focused_at` the page is still opening: the field gets the cursor when so many keys have been typed nowhere.
    """
    keyboard = page.context.new_cdp_session(page)
    if focused_at is not None:
        page.evaluate("document.activeElement.blur()")
    for rank, key in enumerate(text):
        if rank == focused_at:
            page.locator("#id_code").focus()
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": key, "text": key})
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": key})
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": "Enter", "code": "Enter", "text": "\r", "windowsVirtualKeyCode": 13})
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13})
    keyboard.detach()


def film(path: Path, shown: Sequence[Sequence[str]], *, frames: int = 6, rate: int = 6) -> Path:
    """A film for Chromium's false camera: each item of `shown` for `frames` frames, the QR codes it names side by side, over and over."""
    with path.open("wb") as file:
        file.write(b"YUV4MPEG2 W%d H%d F%d:1 Ip A1:1 C420jpeg\n" % (*CAMERA, rate))
        for texts in shown:
            luma, blue, red = _frame(texts).convert("YCbCr").split()
            half = (CAMERA[0] // 2, CAMERA[1] // 2)
            picture = luma.tobytes() + blue.resize(half).tobytes() + red.resize(half).tobytes()
            file.write((b"FRAME\n" + picture) * frames)
    return path


def _frame(texts: Sequence[str]) -> Image.Image:
    page = Image.new("RGB", CAMERA, (236, 232, 224))
    room = CAMERA[0] // max(len(texts), 1)
    for rank, text in enumerate(texts):
        drawn = io.BytesIO()
        symbol = segno.make(text, error="m")
        symbol.save(drawn, kind="png", scale=max(1, (min(room, CAMERA[1]) - 20) // symbol.symbol_size(border=4)[0]), border=4)
        image = Image.open(drawn).convert("RGB")
        page.paste(image, (rank * room + (room - image.width) // 2, (CAMERA[1] - image.height) // 2))
    return page


@contextmanager
def filmed(site: Site, film_path: Path) -> Iterator[Site]:
    """The same town, seen with a browser whose camera shows a film."""
    usual = site.chromium
    flags = ["--no-sandbox", "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film_path}"]
    site.chromium = usual.browser_type.launch(executable_path=WITH_CAMERA, args=flags)
    try:
        yield site
    finally:
        site.close()
        site.chromium.close()
        site.chromium = usual
