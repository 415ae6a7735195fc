"""`manage.py partitions`: the months of the attempts' table."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.deliveries.services import partitions

_MB = 1024 * 1024


class Command(BaseCommand):
    """Without options: makes the months ahead and lists all. Nothing is dropped unless --drop says so."""

    help = "Make the months ahead of the attempts' table, list them with their sizes, and detach old ones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--detach-older-than",
            type=int,
            metavar="MONTHS",
            help="detach months that ended so many months ago or earlier (five years: 60)",
        )
        parser.add_argument(
            "--drop",
            action="store_true",
            help="with --detach-older-than: drop what is detached, now and earlier. This deletes history.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        months, drop = options["detach_older_than"], options["drop"]
        if months is None and drop:
            raise CommandError("--drop goes with --detach-older-than: say what is old.")
        if months is not None and months < 1:
            raise CommandError("--detach-older-than wants a number of months, 1 or more.")
        made = partitions.ahead()
        for table in made.tables:
            self.stdout.write(f"made {table}")
        if made.moved:
            self.stdout.write(f"{made.moved} attempts were brought into their months")
        if months is not None:
            for table in partitions.detach(months=months, drop=drop):
                self.stdout.write(f"{'dropped' if drop else 'detached'} {table}")
        for part in partitions.listed():
            state = "" if part.attached else "  detached"
            self.stdout.write(
                f"{part.table:<28} {part.rows:>12,} attempts {part.size_bytes / _MB:>10,.1f} MB{state}"
            )
