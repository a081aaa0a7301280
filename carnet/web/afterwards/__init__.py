"""One question once a procedure is done: did you do it yourself? The same page for a place, a desk and a helper; it names nobody."""
