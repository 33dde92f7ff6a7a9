"""A brand's whole configuration as one document: written, compared and applied (commissions.md 14).

One module per section under `sections`, all of the same shape; whatever a section changes, it changes through the
service that people's pages use too.
"""

from commissions.configuration.applying import DocumentNotReached, apply
from commissions.configuration.comparing import Change, compare
from commissions.configuration.document import NOTHING, Document, export, read
from commissions.configuration.text import DocumentRefused

__all__ = [
    "NOTHING",
    "Change",
    "Document",
    "DocumentNotReached",
    "DocumentRefused",
    "apply",
    "compare",
    "export",
    "read",
]
