from django.apps import AppConfig


class CommissionsConfig(AppConfig):
    name = "commissions"

    def ready(self) -> None:
        """Have terms asked before a brand's KPIs change."""
        from commissions.services.names import guard_names
        from ingestion.services import guard_changes

        guard_changes(guard_names)
