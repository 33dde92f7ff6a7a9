"""The configuration dialect of plans (commissions.md 14): read strictly, written back, checked as a whole."""

from commissions.engine.terms.checking import check_frame, check_plan
from commissions.engine.terms.components import parse_component
from commissions.engine.terms.profiles import parse_profile
from commissions.engine.terms.reading import TermsRefused
from commissions.engine.terms.rendering import render_component, render_profile

__all__ = [
    "TermsRefused",
    "check_frame",
    "check_plan",
    "parse_component",
    "parse_profile",
    "render_component",
    "render_profile",
]
