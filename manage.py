#!/usr/bin/env python
"""Vestibule's command line: `manage.py serve` starts the server, `manage.py help` lists all."""

import gc
import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "signin.settings")

if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        # What is loaded at the start stays for good; collecting among it only delays the start.
        gc.disable()
    execute_from_command_line(sys.argv)
