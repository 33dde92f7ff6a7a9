"""What a code may look like: it stands in addresses and tracking data as it is."""

import re

# RFC 3986's unreserved characters.
_CODE = re.compile(r"[A-Za-z0-9._~-]{1,50}", re.ASCII)


def is_code(text: str) -> bool:
    """Tell whether a text can be the code of an affiliate, campaign or link."""
    return _CODE.fullmatch(text) is not None
