"""A queue of five hundred acceptances, kept in the browser's store, sent to a site that really serves, answered and settled in the store."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import _http
from benchmarks._campaign import campaign_of
from benchmarks._tablet import tablet

NAME = "offline-sync"
UNIT = "s for a queue of 500"
LESS_IS_BETTER = True
LIMIT_SECONDS = 5.0
REFERENCE = "the limit: 5 s"
GOAL = 1.0
QUEUE = 500
ROUNDS_MOST = 12

_ACCEPT = """async (texts) => {
  const { queue, verify, database, facts } = window.tablet;
  for (const text of texts) {
    const seen = await verify.authenticate(text, facts);
    await queue.accept(database, { seen, service: seen.services[0], now: Date.now() });
  }
}"""
_SYNC = """async () => {
  const { queue, sync, database } = window.tablet;
  const began = performance.now();
  const answer = await sync.sync(database, { language: 'fr' });
  const seconds = (performance.now() - began) / 1000;
  return { seconds, state: answer.state, confirmed: (await queue.items(database)).filter((item) => item.state === 'confirmed').length };
}"""


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    with (
        campaign_of(QUEUE * ROUNDS_MOST, name="sync") as bench,
        _http.serving(["serve", "--workers", "2"], bench) as port,
        tablet(bench, port) as here,
    ):

        def ours() -> float:
            here.enrol()
            here.page.evaluate(_ACCEPT, [bench.ready.token(rank) for rank in bench.take(QUEUE)])
            told = here.page.evaluate(_SYNC)
            if told["state"] != "done" or told["confirmed"] != QUEUE:
                raise RuntimeError(f"the queue was not confirmed: {told}")
            return float(told["seconds"])

        yield ours, lambda: LIMIT_SECONDS
