"""Each role does its work with the Tab, Enter, Space and arrow keys; the focus is always seen, and nothing holds it."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, Site, press_enter, said

STEPS_MOST = 160
# What has the focus shows it: an outline, or the label of a choice drawn as a card has one.
SHOWS = """() => {
  const each = document.activeElement;
  if (!each || each === document.body || each.tagName === "MAIN") return true;
  const drawn = [each, each.nextElementSibling].filter(Boolean).map(one => getComputedStyle(one));
  return each.matches("[data-focus-first]") || drawn.some(style => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
}"""
HAS_IT = "element => element === document.activeElement"


def tab_to(page: Page, wanted: Locator) -> None:
    """Tab along, seeing the focus at every step, until the wanted link, field or button has it."""
    wanted = wanted.first
    for _step in range(STEPS_MOST):
        if wanted.evaluate(HAS_IT):
            return
        page.keyboard.press("Tab")
        assert page.evaluate(SHOWS), page.evaluate("document.activeElement.outerHTML")[:200]
    raise AssertionError(f"{wanted} cannot be reached with the Tab key on {page.url}")


def follow(page: Page, name: str, *, inside: str = "body") -> None:
    tab_to(page, page.locator(inside).get_by_role("link", name=name))
    press_enter(page)


def press(page: Page, name: str) -> None:
    tab_to(page, page.get_by_role("button", name=name))
    press_enter(page)


def become(site: Site, role: str, **options: int) -> Page:
    """Somebody of a role, by the demonstration's own door, with the keyboard too."""
    page = site.visitor(**options)
    page.goto("/demo/")
    tab_to(page, page.locator(f"form[action$='/{role}/'] button.door"))
    press_enter(page)
    return page


def is_not_held(page: Page) -> None:
    """The Tab key goes through the whole page and out of it, back to its first link."""
    first = page.locator("a.skip")
    for _step in range(STEPS_MOST):
        page.keyboard.press("Tab")
        if first.evaluate(HAS_IT):
            return
    raise AssertionError(f"the focus stays inside {page.url}")


def test_each_role_works_by_keyboard_alone(site: Site) -> None:
    somebody_looks_for_a_place(site)
    a_place_spends_a_voucher(site)
    a_desk_mends_a_number(site)
    a_funder_reads_an_agreement(site)
    an_operator_opens_an_order_on_a_telephone(site)
    an_auditor_recomputes(site)
    the_state_reads_a_file(site)


def somebody_looks_for_a_place(site: Site) -> None:
    page = site.visitor()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Aller au contenu"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.goto("/")
    press(page, "+ Contraste")
    expect(page.locator("html")).to_have_class("for-public more-contrast has-js")
    press(page, "– Contraste")
    follow(page, "Les lieux", inside="nav.site-nav")
    tab_to(page, page.locator("main input[name=where]"))
    page.keyboard.type("Nantes")
    press_enter(page)
    assert "Nantes" in said(page)
    tab_to(page, page.locator("ol.places h3 a"))
    press_enter(page)
    assert "/places/" in page.url
    is_not_held(page)


def a_place_spends_a_voucher(site: Site) -> None:
    page = become(site, "PLACE_MANAGER")
    page.goto("/place/voucher/")
    tab_to(page, page.locator("main input[name=code]"))
    page.keyboard.type(site.codes[0])
    press_enter(page)
    tab_to(page, page.locator("main input[name=service]"))
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    tab_to(page, page.locator("main form button[type=submit]"))
    press_enter(page)
    expect(page.locator(".result.tone-success")).to_be_visible()
    is_not_held(page)


def a_desk_mends_a_number(site: Site) -> None:
    """A wrong number is told first, and leads to its field; then the right one opens the hand-over."""
    page = become(site, "PRESCRIBER_LEAD")
    follow(page, "Remettre", inside="nav.site-nav")
    field = page.locator("main form input:not([type=hidden])").first
    tab_to(page, field)
    page.keyboard.type("12")
    press_enter(page)
    expect(page.locator(".error-summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(field).to_be_focused()
    is_not_held(page)


def a_funder_reads_an_agreement(site: Site) -> None:
    page = become(site, "FUNDER")
    tab_to(page, page.locator("main a[href^='/funder/agreements/']"))
    press_enter(page)
    assert "/funder/agreements/" in page.url


def an_operator_opens_an_order_on_a_telephone(site: Site) -> None:
    page = become(site, "OPERATOR_ADMIN", width=PHONE)
    switch = page.locator("[data-menu]")
    tab_to(page, switch)
    page.keyboard.press("Enter")
    expect(switch).to_have_attribute("aria-expanded", "true")
    follow(page, "Commandes", inside="nav.site-nav")
    tab_to(page, page.locator("main a[href^='/operator/orders/']:not([href$='/new/'])"))
    press_enter(page)
    is_not_held(page)


def an_auditor_recomputes(site: Site) -> None:
    page = become(site, "AUDITOR")
    tab_to(page, page.locator("main a[href^='/auditor/programmes/']"))
    press_enter(page)
    tab_to(page, page.locator("main form[action$='/verify/'] button"))
    press_enter(page)
    assert said(page)


def the_state_reads_a_file(site: Site) -> None:
    page = become(site, "STATE_OFFICER")
    tab_to(page, page.locator("main a[href^='/state/']"))
    press_enter(page)
    assert "/state/" in page.url
    is_not_held(page)


def test_forced_colours_and_still_pages(site: Site) -> None:
    """With the system's own colours every component keeps an edge, its words and its drawings; whoever wants no motion gets none."""
    page = site.visitor()
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    page.goto("/design/")
    edges = page.evaluate("""() => Object.fromEntries([".button", ".pill", ".banner", ".result", ".ticket", ".field input[type=text], .field input:not([type])"]
      .map(name => [name, getComputedStyle(document.querySelector(name))])
      .map(([name, style]) => [name, [style.borderInlineStartStyle, parseFloat(style.borderInlineStartWidth)]]))""")
    assert {name: style for name, (style, width) in edges.items() if style == "none" or width < 1} == {}
    moving = "() => [...document.querySelectorAll('*')].filter(each => getComputedStyle(each).transitionDuration !== '0s').length"
    assert page.evaluate(moving) == 0
    is_seen = """() => { const focus = document.querySelector("main a"); focus.focus({focusVisible: true}); return getComputedStyle(focus).outlineStyle; }"""
    assert page.evaluate(is_seen) != "none"
