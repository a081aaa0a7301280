"""Mandates: a professional does a procedure for somebody who cannot, in a structure that was admitted to, under what the person signed."""
