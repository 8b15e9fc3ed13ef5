"""`manage.py setup --province 42 --admin NAME`: the real beginning of a portal, without any demonstration."""

import sys
from getpass import getpass
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.services import new_password
from core.errors import DomainError
from home.services import province_of_today, require_empty, set_up_portal


class Command(BaseCommand):
    help = (
        "Begin the portal of a province on an empty database: reference data, the province's agencies and the first "
        "administrator, no demonstration. Refuses when that was done before."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--province", required=True, help="code of the province, for example 42")
        parser.add_argument("--admin", required=True, metavar="NAME", help="account of the first administrator")
        parser.add_argument("--full-name", default="", help="their name; the account if left out")
        password = parser.add_mutually_exclusive_group()
        password.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
        password.add_argument("--password-made", action="store_true", help="make a password and print it once")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            require_empty()
            self.stdout.write("Loading the reference data ...")
            call_command("load_reference", verbosity=0)
            province = province_of_today(options["province"])
            password, made = self._password(options)
            name = options["full_name"] or options["admin"]
            set_up_portal(province, username=options["admin"], full_name=name, password=password)
        except DomainError as error:
            texts = [text for field in error.fields.values() for text in field]
            raise CommandError(error.message or " ".join(texts)) from error
        self.stdout.write(f"The portal of {province.full_name} is ready. Administrator: {options['admin']}")
        if made:
            self.stdout.write(f"Password, shown only now: {password}")
        self.stdout.write("Sign in, change the password, and enter the people of the department and the centre.")

    def _password(self, options: dict[str, Any]) -> tuple[str, bool]:
        """The password, and whether we made it: then it is printed once."""
        if options["password_stdin"]:
            return sys.stdin.readline().rstrip("\r\n"), False
        if options["password_made"] or not sys.stdin.isatty():
            return new_password(), True
        first = getpass("Password of the administrator: ")
        if first != getpass("Once more: "):
            raise CommandError("The two passwords differ. Nothing was changed.")
        return first, False
