"""What the files of an archive are called."""

import re

LIST, SIGNATURE, PAPERS, NOTE = "empreintes.txt", "empreintes.sig", "pieces", "LISEZ-MOI.txt"
KEY = "cle-publique-programme-{}.pem"
KEY_NAME = re.compile(r"(?:cle-publique-programme-([0-9]{1,9})\.pem)")
