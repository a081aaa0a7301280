"""What an answer says besides its words, and what its page loads: held to one list, whoever it is for."""

import re
from typing import Any
from urllib.parse import urlsplit

from lxml import html

# Where a page may send a form or a frame besides itself: nowhere, but for the pages that programs' own protocols draw.
LOADS = ("//script/@src", "//link[@rel!='canonical' and @rel!='alternate' and @rel!='license']/@href", "//img/@src", "//iframe/@src",
         "//form/@action", "//object/@data", "//embed/@src", "//source/@src", "//video/@src", "//audio/@src", "//*/@srcset", "//base/@href")  # fmt: skip
DATA_SCRIPTS = ("application/json", "application/ld+json")
UNSAFE = re.compile(r"'unsafe-inline'|'unsafe-eval'|'unsafe-hashes'|\*|https?:")
# Framed by other sites on purpose: the search of places that a town hall puts on its own pages.
FRAMED = {"public:places-widget"}
# WebAssembly, for the camera's reader of codes, is the one word more that a script may say, on pages that read codes.
KEPT_BY_NOBODY = ("no-store", "no-cache")


def faults(route: str, answer: Any, *, is_somebodys: bool) -> list[str]:
    """What is wrong with the headers and the page of one answer."""
    return [f"{route}: {each}" for each in (*_headers(route, answer, is_somebodys), *_page(answer))]


def _headers(route: str, answer: Any, is_somebodys: bool) -> list[str]:
    found, policy = [], answer.get("Content-Security-Policy", "")
    if UNSAFE.search(policy) and route not in FRAMED:
        found.append(f"policy {policy}")
    if "default-src 'none'" not in policy:
        found.append("no policy")
    if answer.get("X-Frame-Options") != "DENY" and route not in FRAMED:
        found.append("may be framed")
    if answer.get("X-Content-Type-Options") != "nosniff":
        found.append("may be sniffed")
    if not answer.get("Referrer-Policy", "").endswith(("same-origin", "strict-origin", "no-referrer")):
        found.append(f"referrer {answer.get('Referrer-Policy')}")
    if "microphone=()" not in answer.get("Permissions-Policy", ""):
        found.append("no policy of permissions")
    kept = answer.get("Cache-Control", "")
    if is_somebodys and not ("no-store" in kept or "no-cache" in kept or "private" in kept or "public" in kept):
        found.append("may be kept: no Cache-Control")
    if "public" in kept and answer.cookies:
        found.append(f"kept by everybody with a cookie: {sorted(answer.cookies)}")
    named = answer.get("Content-Disposition", "")
    if any(each in named for each in ("\r", "\n", "/", "\\")):
        found.append(f"file {named!r}")
    found += [f"cookie {name} {cookie.OutputString()}" for name, cookie in answer.cookies.items() if _is_bare(name, cookie)]
    return found


def _is_bare(name: str, cookie: Any) -> bool:
    if not cookie["samesite"]:
        return True
    # The language, the contrast and the mark against forgery are read by nobody's script, but give nothing away either.
    return bool(cookie.value) and not cookie["httponly"] and name not in ("django_language", "csrftoken", "contrast")


def _page(answer: Any) -> list[str]:
    if answer.streaming or not answer.get("Content-Type", "").startswith("text/html") or not answer.content.strip():
        return []
    document = html.document_fromstring(answer.content.decode())
    scripts = [each for each in document.xpath("//script[not(@src)]") if each.get("type") not in DATA_SCRIPTS]
    handled = document.xpath("//*[@*[starts-with(name(), 'on')]]")
    found = [f"inline {each.tag}" for each in (*scripts, *document.xpath("//style"), *document.xpath("//*[@style]"), *handled)]
    for path in LOADS:
        found += [f"{path} {each}" for each in document.xpath(path) if not _is_here(each)]
    return found + [
        f"link {each}" for each in document.xpath("//a/@href") if each.strip().lower().startswith(("javascript:", "data:", "vbscript:"))
    ]


def _is_here(address: str) -> bool:
    parts = urlsplit(address)
    return (parts.scheme in ("", "data") and not parts.netloc) or address.startswith("http://testserver/")
