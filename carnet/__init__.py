"""Carnet: digital-training vouchers whose money cannot vanish."""
