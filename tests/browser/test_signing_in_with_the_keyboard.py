"""Whoever moves money signs in with two proofs, without a mouse; mistakes are told, and too many of them ask for patience."""

from playwright.sync_api import Page

from tests.browser.conftest import Site, digits_of, press_enter, said

LOGIN, PASSWORD, CODE = "E-mail", "Mot de passe", "Code"


def tab_to(page: Page, label: str) -> None:
    """Tab along until the field or button of that name has the focus, and shows it."""
    wanted = page.get_by_label(label, exact=True).or_(page.get_by_role("button", name=label, exact=True)).first
    for _step in range(25):
        if wanted.evaluate("element => element === document.activeElement"):
            assert wanted.evaluate(
                "element => getComputedStyle(element).outlineStyle !== 'none' || getComputedStyle(element).boxShadow !== 'none'"
            )
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{label} cannot be reached with the Tab key")


def fill(page: Page, label: str, text: str) -> None:
    tab_to(page, label)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


def test_two_proofs_and_no_mouse(site: Site) -> None:
    treasurer, page = site.person("TREASURER"), site.visitor()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Aller au contenu"
    page.goto("/operator/payments/")
    fill(page, LOGIN, treasurer["email"])
    fill(page, PASSWORD, "pas la bonne phrase")
    press_enter(page)
    page.get_by_role("alert").wait_for()
    assert "Second" not in said(page)
    fill(page, PASSWORD, treasurer["password"])
    tab_to(page, "Se connecter")
    press_enter(page)
    page.get_by_role("heading", name="Deuxième vérification").wait_for()

    wrong = f"{(int(digits_of(treasurer)) + 137) % 10**6:06d}"
    fill(page, CODE, wrong)
    press_enter(page)
    page.get_by_role("alert").wait_for()
    assert page.get_by_role("heading", name="Deuxième vérification").is_visible()
    fill(page, CODE, digits_of(treasurer))
    press_enter(page)
    page.wait_for_url("**/operator/payments/")
    tab_to(page, "Se déconnecter")
    press_enter(page)
    page.wait_for_url(lambda url: "/operator/" not in url)
    page.goto("/operator/payments/")
    assert "/sign-in/" in page.url


def test_too_many_mistakes_are_asked_to_wait_politely(site: Site) -> None:
    treasurer, page = site.person("TREASURER"), site.visitor()
    page.goto("/sign-in/")
    for _mistake in range(11):
        page.get_by_label(LOGIN).fill(treasurer["email"])
        page.get_by_label(PASSWORD).fill("une phrase au hasard")
        press_enter(page)
    assert "Trop de tentatives" in page.get_by_role("alert").inner_text()
    assert page.get_by_role("link", name="Mot de passe oublié ?").is_visible()
    page.goto("/sign-in/")
    page.get_by_label(LOGIN).fill(treasurer["email"])
    page.get_by_label(PASSWORD).fill(treasurer["password"])
    press_enter(page)
    assert "/sign-in/second-factor/" not in page.url, "the right password too must wait"
    elsewhere = site.become("APPROVER")
    assert "/operator/" in elsewhere.url, "whoever made no mistake is not made to wait"
