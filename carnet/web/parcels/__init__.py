"""Boxes of booklets and where every booklet is: the same screens for whoever sends, receives, answers for them, or reads."""
