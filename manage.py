#!/usr/bin/env python3
"""Django's own commands, for those who write Carnet. People who run it use the `carnet` command."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carnet.settings.dev")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
