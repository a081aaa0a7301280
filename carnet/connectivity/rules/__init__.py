"""Decisions about the solidarity connection. Pure."""
