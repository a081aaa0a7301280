"""Which browsers the tests look through.

Chromium without its windows, where the system has it, takes a fifth of the processor time; only the whole one has a camera to lend.
"""

import shutil

WITH_CAMERA = shutil.which("chromium") or "/usr/bin/chromium"
PATH = shutil.which("chromium-headless-shell") or WITH_CAMERA
