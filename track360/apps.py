from django.contrib.admin.apps import AdminConfig


class OperatorAdminConfig(AdminConfig):
    """Django's admin with our site as the one that `admin.site` and `@admin.register` mean."""

    default_site = "track360.admin_site.OperatorSite"
