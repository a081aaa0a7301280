"""What places offer, on screens: declared step by step, shown in plain words, reported when wrong, confirmed twice a year.

For two desks, a place's own and the operator's office; the public page takes the same words.
"""
