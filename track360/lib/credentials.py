"""How the credentials that we issue begin, so that people, secret scanners and our own logs recognise a leaked one."""

BRAND_TOKEN_MARK = "t360_"  # noqa: S105
ACCESS_TOKEN_MARK = "t360a_"  # noqa: S105
