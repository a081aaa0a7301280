"""Every refusal has a stable code of its own, and a sentence in the language of whoever is refused."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest
from django.utils import translation

import carnet
from carnet.kernel.refusals import Refusal


def every_refusal() -> list[type[Refusal]]:
    """All subclasses, once every module that may define one is loaded."""
    for module in pkgutil.walk_packages(carnet.__path__, "carnet."):
        if not re.search(r"\.(migrations|settings|wsgi|asgi)(\.|$)", module.name):
            importlib.import_module(module.name)
    return sorted(set(descendants(Refusal)), key=lambda refusal: refusal.code)


def descendants(base: type[Refusal]) -> Iterator[type[Refusal]]:
    for refusal in base.__subclasses__():
        if refusal.__module__.startswith("carnet."):
            yield refusal
        yield from descendants(refusal)


REFUSALS = every_refusal()
# A room's base class is caught, never raised: only what can be answered needs a sentence.
ANSWERS = [refusal for refusal in REFUSALS if not any(other for other in REFUSALS if refusal in other.__mro__[1:])]


def test_there_are_refusals() -> None:
    assert len(REFUSALS) > 30


def test_codes_are_kebab_case_and_mean_one_thing() -> None:
    seen: dict[str, str] = {}
    for refusal in REFUSALS:
        name = f"{refusal.__module__}.{refusal.__name__}"
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", refusal.code), f"{name}: {refusal.code!r} is not kebab-case"
        assert "code" in vars(refusal) or refusal not in ANSWERS, f"{name} has no code of its own"
        # Two rooms may refuse for the same reason: then it has the same name; each says it in its own words.
        if refusal not in ANSWERS:
            continue
        assert seen.setdefault(refusal.code, refusal.__name__) == refusal.__name__, f"{refusal.code!r}: {seen[refusal.code]}, {name}"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_refusal_has_a_sentence(language: str) -> None:
    from carnet.web.design.sentences import SENTENCES

    with translation.override(language):
        missing = [refusal.code for refusal in ANSWERS if refusal.code not in SENTENCES]
        assert not missing, f"no sentence in carnet/web/design/sentences for: {missing}"
        for refusal in ANSWERS:
            text = str(SENTENCES[refusal.code])
            assert len(text) > 4, f"{refusal.code}: {text!r}"
            assert re.search(r"[.!?»]$|%\(\w+\)s$", text.rstrip()), f"{refusal.code} is not a sentence: {text!r}"


def test_no_sentence_is_for_a_refusal_that_does_not_exist() -> None:
    from carnet.web.design.sentences import SENTENCES

    known = {refusal.code for refusal in REFUSALS}
    assert not sorted(set(SENTENCES) - known)
