"""Outside systems: a Protocol, the real one, and a fake verified against it, one module each."""
