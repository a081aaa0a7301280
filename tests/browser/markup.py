"""What the HTML of a page must keep that axe and the Nu checker do not read: the audit grid's criteria that a program can settle.

Each function takes a parsed page and gives what breaks a criterion of the RGAA 4.1.2, by its number.
"""

import re
from collections.abc import Callable, Iterator

from lxml.html import HtmlElement, tostring

Check = Callable[[HtmlElement], Iterator[str]]
# A link read by itself, in a list of links, must still say where it leads.
SAYS_NOTHING = {
    "ici",
    "cliquez ici",
    "lire la suite",
    "en savoir plus",
    "plus",
    "suite",
    "lien",
    "here",
    "click here",
    "more",
    "read more",
    "link",
}
FOR_SHOW = ("b", "i", "u", "center", "font", "big", "tt", "strike", "marquee", "blink")
# A lone word, the name of the language, reads the same either way.
ARABIC = re.compile(r"[\u0600-\u06ff]{2,}\s+[\u0600-\u06ff]{2,}")


def images(page: HtmlElement) -> Iterator[str]:
    """1.1, 1.2: a drawing is hidden, or named; a picture has an alternative, empty or not."""
    for drawing in page.xpath("//svg[not(ancestor::svg)]"):
        named = drawing.get("role") in ("img", "group") and (drawing.get("aria-label") or drawing.get("aria-labelledby"))
        if drawing.get("aria-hidden") != "true" and not named:
            yield f"1.2 {seen(drawing)}"
    yield from (f"1.1 {seen(each)}" for each in page.xpath("//img[not(@alt)] | //area[not(@alt)]"))


def tables(page: HtmlElement) -> Iterator[str]:
    """5.3 to 5.8: every table is of data, with a caption, and headers that say what they head."""
    for table in page.xpath("//table"):
        if not "".join(table.xpath("./caption//text()")).strip():
            yield f"5.4 {seen(table)}"
        if not table.xpath(".//th"):
            yield f"5.6 {seen(table)}"
        yield from (f"5.7 {seen(each)}" for each in table.xpath(".//th[not(@scope)]"))


def links(page: HtmlElement) -> Iterator[str]:
    """6.1 in part, 6.2, 13.2: a link has words, not any words; a new tab is announced on its page."""
    for link in page.xpath("//a[@href]"):
        words = " ".join((link.get("aria-label") or link.text_content()).split()).casefold().strip(" .…>")
        if not words or words in SAYS_NOTHING:
            yield f"6.1 {seen(link)}"
    text = page.text_content()
    for link in page.xpath("//a[@target and @target!='_self']"):
        if "nouvel onglet" not in text and "new tab" not in text:
            yield f"13.2 {seen(link)}"


def language_and_title(page: HtmlElement) -> Iterator[str]:
    """8.3 to 8.6, 8.10: the language is the visitor's; the title says the page, then the site; what is read from the right says so."""
    if page.get("lang") != "fr":  # the walk is French
        yield f"8.4 {page.get('lang')}"
    title = "".join(page.xpath("//title/text()")).strip()
    if not title or title.startswith("–"):
        yield f"8.5 {title!r}"
    for text in page.xpath("//body//text()[not(ancestor::script)]"):
        if ARABIC.search(text) and not text.getparent().xpath("ancestor-or-self::*[@dir='rtl']"):
            yield f"8.10 {text.strip()[:40]}"


def structure(page: HtmlElement) -> Iterator[str]:
    """8.9, 9.1, 9.2, 10.1: one main title, the great regions once, no tag and no attribute for show."""
    for name in FOR_SHOW:
        yield from (f"8.9 {seen(each)}" for each in page.xpath(f"//{name}"))
    yield from (
        f"8.9 {seen(each)}"
        for each in page.xpath(
            "//p[not(normalize-space()) and not(*) and not(@role) and not(@*[starts-with(name(), 'data-')])] | //br/following-sibling::node()[1][self::br]"
        )
    )
    if not page.xpath("//main//h1"):
        yield "9.1 no main title"
    for region in ("main",):
        if len(page.xpath(f"//{region}")) != 1:
            yield f"9.2 {region}"
    yield from (f"10.1 {seen(each)}" for each in page.xpath("//*[@style or @bgcolor or @align or @color]"))


def groups(page: HtmlElement) -> Iterator[str]:
    """11.5 to 11.7 in part: choices of one question stand in a group that has a name."""
    for form in page.xpath("//form"):
        for kind in ("radio", "checkbox"):
            names = [each.get("name") for each in form.xpath(f".//input[@type='{kind}']")]
            for name in {each for each in names if each and names.count(each) > 1}:
                first = form.xpath(f".//input[@type='{kind}'][@name=$name]", name=name)[0]
                if not first.xpath(
                    "ancestor::fieldset[legend[normalize-space()]] | ancestor::*[@role='group' or @role='radiogroup'] | ancestor::table"
                ):
                    yield f"11.5 {seen(first)}"


def ways(page: HtmlElement) -> Iterator[str]:
    """12.2, 12.4, 12.6 to 12.8: the way to the content comes first, the menu before it, the plan in the footer; no order of one's own."""
    if not page.xpath("//header[contains(@class, 'site-header')]"):
        return  # the frame for other sites, and the app without network, have no menu
    focusable = page.xpath(
        "//body//*[self::a[@href] or self::button or self::input[not(@type='hidden')] or self::select or self::textarea]"
    )
    if not focusable or focusable[0].get("href") != "#main" or not page.xpath("//main[@id='main']"):
        yield "12.7 no way to the content first"
    if page.xpath("//main/following::nav[contains(@class, 'site-nav')]"):
        yield "12.2 the menu comes after the content"
    if page.xpath("//footer//nav") and not page.xpath("//footer//a[@href='/plan/']"):
        yield "12.4 no plan"
    yield from (f"12.8 {seen(each)}" for each in page.xpath("//*[@tabindex > 0]"))


CHECKS: tuple[Check, ...] = (images, tables, links, language_and_title, structure, groups, ways)


def breaks(page: HtmlElement) -> list[str]:
    """Everything a page breaks."""
    return [each for check in CHECKS for each in check(page)]


def seen(element: HtmlElement) -> str:
    return " ".join(tostring(element, encoding="unicode", with_tail=False).split())[:140]
