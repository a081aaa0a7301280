"""Sessions of people, as they are shown to themselves: which browser, in words; since when; seen when. No address of a network is kept."""

from datetime import timedelta
from typing import Final

# A session is over twelve hours after its latest proof (`SESSION_COOKIE_AGE`): one not seen for as long is over, whatever its browser holds.
SESSION_LENGTH: Final = timedelta(hours=12)
# Being seen is written once in five minutes at most.
SEEN_EVERY: Final = timedelta(minutes=5)
# A letter about the same sort of browser is not written again sooner, for whoever's browser forgets everything when it closes.
TOLD_AGAIN_AFTER: Final = timedelta(days=7)
UNKNOWN: Final = ""
# What a browser says of itself, the first that is found: those that imitate others come before them.
_BROWSERS: Final = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("Vivaldi", "Vivaldi"), ("SamsungBrowser", "Samsung Internet"), ("YaBrowser", "Yandex"),
    ("FxiOS", "Firefox"), ("Firefox", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS: Final = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("CrOS", "ChromeOS"), ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip
BROWSERS: Final = frozenset(name for _mark, name in _BROWSERS) | {UNKNOWN}
SYSTEMS: Final = frozenset(name for _mark, name in _SYSTEMS) | {UNKNOWN}


def browser_and_system(user_agent: str) -> tuple[str, str]:
    """A browser and a system by their names, from what the browser says; "" for what is not known. No version, nothing else of it, is kept."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), UNKNOWN)
    return browser, next((name for mark, name in _SYSTEMS if mark in user_agent), UNKNOWN)
