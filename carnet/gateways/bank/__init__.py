"""The bank: payment files out, status reports and statements back, all ISO 20022.

Files are carried by people (download, upload): Carnet holds no credential of any bank. What is here
turns exact cents into a `pain.001` (of 2019 or of 2009), and a `pain.002` or a `camt.053` into frozen facts, and
refuses everything else with an error of its own class. `fake` is a bank for scenarios and tests.

Always true: money is whole cents; the same payment gives the same bytes; a file is judged whole
before a single line of it is believed.
"""
