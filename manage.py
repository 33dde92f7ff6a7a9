#!/usr/bin/env python3
"""Run a management command. `python3 dev.py manage …` does the same with the development servers at hand."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "track360.settings")
    execute_from_command_line(sys.argv)
