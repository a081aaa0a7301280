"""Signals of fraud, for whoever runs or audits a programme: what was noticed, on what evidence, and what became of it."""
