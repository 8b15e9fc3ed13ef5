from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Core")

    def ready(self) -> None:
        from core import guards

        autodiscover_modules("guards")
        pre_migrate.connect(guards.lift_before_migrate, sender=self)
        post_migrate.connect(guards.reinstall_after_migrate, sender=self)
