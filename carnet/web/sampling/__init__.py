"""Samples of redemptions checked by a person: for whoever runs a programme, and whoever audits it."""
