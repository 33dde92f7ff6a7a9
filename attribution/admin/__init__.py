"""The operators' page about the brand's settings, which decide what its records mean and whose its customers are."""

from attribution.admin import brand_settings

__all__ = ["brand_settings"]
