"""`manage.py check_files`: read every stored file and say which is missing, changed or known to nobody."""

import argparse
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from files.checking import Part, check, rows


def part(text: str) -> Part:
    """«3/24»."""
    number, slash, of = text.partition("/")
    if not (slash and number.isdigit() and of.isdigit() and 1 <= int(number) <= int(of) <= 256):
        raise argparse.ArgumentTypeError("a part is written 3/24, of 256 parts at the most")
    return Part(int(number), int(of))


class Command(BaseCommand):
    help = (
        "Read every stored file again: there, whole, and the same to the byte. Names each that is missing, changed or "
        "known to nobody, with the records that refer to it, and ends with an error when there is one."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--app", default="", help="only files that records of this app refer to, as: reports")
        parser.add_argument("--part", type=part, default=Part(), help="only one part of the store, as: 3/24")
        parser.add_argument("--mb-per-second", type=float, default=0, help="read no faster than that")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            total = rows(options["part"], options["app"]).count()
        except LookupError as error:
            raise CommandError(str(error)) from error
        files = faults = size = 0
        begin = time.monotonic()
        for looked in check(options["part"], options["app"]):
            files, size = files + 1, size + looked.size
            if looked.fault:
                faults += 1
                self.stderr.write(str(looked.fault))
            if self.stdout.isatty() and files % 100 == 0:
                self.stdout.write(f"\r{files} of {total} files, {size // 1_000_000} MB", ending="")
                self.stdout.flush()
            if options["mb_per_second"] > 0:
                time.sleep(max(0, begin + size / options["mb_per_second"] / 1e6 - time.monotonic()))
        if self.stdout.isatty():
            self.stdout.write("")
        if faults:
            raise CommandError(f"{faults} of {files} files are missing, changed or known to nobody")
        self.stdout.write(f"{files} files, {size // 1_000_000} MB, each the same to the byte")
