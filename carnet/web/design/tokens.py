"""The house's tokens, read from the style sheet that declares them: what a manifest, a picture or a check needs of them."""

import re
from functools import cache
from pathlib import Path

SHEET = Path(__file__).resolve().parent / "static/design/tokens.css"
MORE_CONTRAST = ":root.more-contrast"
_COLOUR = re.compile(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6});")


@cache
def colours(selector: str = ":root") -> dict[str, str]:
    """The colours a rule of the sheet declares, by name without dashes; those of `:root` where another rule declares none."""
    sheet = SHEET.read_text(encoding="utf-8")
    block = sheet.partition(f"\n{selector} {{")[2].partition("\n}")[0]
    own = dict(_COLOUR.findall(block))
    return own if selector == ":root" else {**colours(), **own}
