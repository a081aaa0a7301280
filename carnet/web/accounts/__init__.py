"""Signing in, one's account, one's organisation's members, tokens, bank account and approvals."""
