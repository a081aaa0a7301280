"""The `carnet` command: each command translates, calls one operation or query, and says what came of it.

Exit codes: 0 success, 2 bad use, 1 otherwise with one sentence on standard error. Each file of this package holds one subject's commands
and offers `register(app)`; `carnet.cli.main` lists them. Commands import Django and the rooms inside their bodies, once the database is
there and the settings are read: `carnet --help` needs neither.
"""
