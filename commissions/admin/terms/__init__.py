"""Forms in which operators write a plan's terms: fields and rows for every word of the dialect, never JSON."""

from commissions.admin.terms.components import ComponentPart
from commissions.admin.terms.cpa import CpaPart
from commissions.admin.terms.revshare import RevSharePart

KINDS: dict[str, type[ComponentPart]] = {part.kind: part for part in (CpaPart, RevSharePart)}

__all__ = ["KINDS", "ComponentPart", "CpaPart", "RevSharePart"]
