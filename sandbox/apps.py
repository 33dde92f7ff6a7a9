from django.apps import AppConfig


class SandboxConfig(AppConfig):
    """Demo brands and generated traffic. Owns no table: what it makes goes in through the doors that brands use."""

    name = "sandbox"
