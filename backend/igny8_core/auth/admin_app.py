from django.contrib.admin.apps import AdminConfig


class DeskAdminConfig(AdminConfig):
    """Django's admin, on our own site."""

    default = True
    default_site = "igny8_core.auth.admin_site.DeskAdminSite"
