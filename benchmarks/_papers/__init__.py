"""The same booklets by other writers of PDF: what every page shares is drawn once where the library can, fonts are embedded, QR codes are
vectors made by the library ours uses too, so that only the writing of pages is compared.

Each is a process of its own, in the environment of the benchmark, that is asked for a number of booklets and answers with the
processor time it took and the bytes it wrote.
"""
