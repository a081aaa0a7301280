"""Decisions about need, plans and gaps. Pure."""
