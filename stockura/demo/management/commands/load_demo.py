"""Make the demo login, and load the demo's endpoint and schedules; `make run` calls it each time."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import CommandError
from django.utils import timezone

from schedules.management.recorded import RecordedCommand
from stockura.demo.loading import load_demo

PASSWORD_VARIABLE = "STOCKURA_DEMO_PASSWORD"


class Command(RecordedCommand):
    help = (
        "Load the demo: a login that may do everything, an endpoint, and schedules. Safe to repeat: what was loaded "
        "once and then changed or deleted stays so; only the login is made again, because `make run` shows it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--login", default="demo", help="Name of the demo login.")
        parser.add_argument(
            "--reset-password",
            action="store_true",
            help=f"Give an existing login the password in {PASSWORD_VARIABLE}.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        password = os.environ.get(PASSWORD_VARIABLE, "")
        if not password:
            raise CommandError(
                f"{PASSWORD_VARIABLE} is not set. Put the password of the demo login there; "
                "`make run` does so with a random one."
            )
        users = get_user_model()._default_manager
        user, is_new = users.get_or_create(
            username=options["login"], defaults={"is_staff": True, "is_superuser": True}
        )
        if is_new or options["reset_password"]:
            user.set_password(password)
            user.save()
        self.stdout.write(f'The demo login "{user.get_username()}" {"is made" if is_new else "was there"}.')
        for name in load_demo(now=timezone.now(), language=settings.LANGUAGE_CODE):
            self.stdout.write(f"Loaded: {name}")
