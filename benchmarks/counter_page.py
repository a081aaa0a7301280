"""The counter of a place on a slow telephone: from asking for the page to typing a code and seeing the digits, nothing kept from before.

Chromium's own throttle: WebPageTest's 3G (1.6 Mbit/s down, 768 kbit/s up, 300 ms there and back) and a processor four times slower. Shown
beside it, without a goal, in the reference's words: the same on Chromium's "Slow 3G" (400 kbit/s, 400 ms), and how much the page weighs.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from benchmarks import _http
from benchmarks._campaign import campaign_of
from benchmarks._telephone import SLOW_THREE_G, THREE_G, chromium, signed_in, slow

NAME = "counter-page"
UNIT = "ms"
REFERENCE = "the promise: two seconds on a 3G line with a processor four times slower"
LESS_IS_BETTER = True
GOAL = 1.0
PROMISED_MS = 2_000.0
PROMISED_BYTES = 100_000
_slow: list[float] = []
_bytes: list[int] = []


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    with ExitStack() as stack:
        bench = stack.enter_context(campaign_of(100, name="counter"))
        port = stack.enter_context(_http.serving(["serve", "--no-worker"], bench))
        browser = stack.enter_context(chromium())
        kept = signed_in(browser, port, organisation_id=bench.ready.place_organisation_id, role="MEDIATOR")

        def usable(line: dict[str, float]) -> float:
            telephone = slow(browser, kept, line)
            page = telephone.page
            began = time.perf_counter()
            page.goto(f"http://127.0.0.1:{port}/place/", wait_until="commit")
            field = page.locator("input[name=code]").first
            field.wait_for(state="visible")
            page.wait_for_function("document.readyState !== 'loading'")  # the scripts of the page have run
            field.press_sequentially("1")
            page.wait_for_function("document.querySelector('input[name=code]').value.length > 0")
            took = (time.perf_counter() - began) * 1000
            page.wait_for_load_state("networkidle")
            _bytes.append(sum(telephone.received))
            page.context.close()
            return took

        def ours() -> float:
            _slow.append(usable(SLOW_THREE_G))
            took = usable(THREE_G)
            # The heavier of the two promises decides: too many bytes are too slow whatever the clock says.
            return max(took, PROMISED_MS * _bytes[-1] / PROMISED_BYTES)

        yield ours, lambda: PROMISED_MS


def described() -> str:
    return (
        f"{REFERENCE}; {statistics.median(_bytes) / 1000:.0f} kB of {PROMISED_BYTES // 1000} promised;"
        f" {statistics.median(_slow):.0f} ms on Slow 3G"
    )
