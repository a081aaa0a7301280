"""Labelled campaigns: honest, sloppy and fraudulent places played through real operations, to know what the rules see and whom they wrong."""
