"""Where vouchers are needed, how to allot them, and who is left far from any place."""
