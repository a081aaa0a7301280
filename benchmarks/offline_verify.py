"""Verifying a QR code without network, in the app's own page, its processor slowed six times: reading the text, the Ed25519 signature in
JavaScript (a browser without one of its own), the facts of the series. The browser's own Ed25519 is told beside."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import _http
from benchmarks._campaign import campaign_of
from benchmarks._tablet import tablet

NAME = "offline-verify"
UNIT = "ms a QR code"
LESS_IS_BETTER = True
LIMIT_MS = 50.0
REFERENCE = "the limit: 50 ms on a telephone six times slower"
GOAL = 1.0
SLOWER = 6
CODES = 40

_VERIFY = """async ([texts, without]) => {
  const { verify, facts } = window.tablet;
  if (without) verify.forgetNative();
  const began = performance.now();
  for (const text of texts) await verify.authenticate(text, facts);
  return (performance.now() - began) / texts.length;
}"""
_native_ms: list[float] = []


def described() -> str:
    """The reference, and what the browser's own Ed25519 takes."""
    return f"{REFERENCE}; with the browser's own Ed25519 {sorted(_native_ms)[len(_native_ms) // 2]:.2f} ms"


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    _native_ms.clear()
    with campaign_of(500, name="verify") as bench, _http.serving(["serve", "--workers", "1"], bench) as port, tablet(bench, port) as here:
        here.enrol()
        here.slow(SLOWER)
        texts = [f"HTTPS://CARNET.EXAMPLE/V/{bench.ready.token(rank)}" for rank in range(CODES)]
        _native_ms.append(here.page.evaluate(_VERIFY, [texts, False]))

        def ours() -> float:
            return float(here.page.evaluate(_VERIFY, [texts, True]))

        yield ours, lambda: LIMIT_MS
