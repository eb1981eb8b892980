#!/usr/bin/env python
"""Vestibule's command line: `manage.py serve` starts the server, `manage.py help` lists all."""

import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "signin.settings")

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
