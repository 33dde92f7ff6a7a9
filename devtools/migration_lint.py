"""Look at the migrations made since a release: would one lock a table, lose a column, or break the running version?

`python -m devtools.migration_lint v1.2.0`, with the environment of a migrated database. Migrations that were never
released met no data and may do as they like.
"""

import sys

import django
from django_migration_linter import MigrationLinter

from devtools.place import ROOT

OURS = ["brands", "affiliates", "ingestion", "attribution", "commissions"]

if __name__ == "__main__":
    django.setup()
    linter = MigrationLinter(str(ROOT), include_apps=OURS, quiet=["ok", "ignore"], no_cache=True)
    linter.lint_all_migrations(git_commit_id=sys.argv[1])
    linter.print_summary()
    sys.exit(1 if linter.has_errors else 0)
