"""`manage.py rotate_keys`: after a new first entry of ENCRYPTION_KEYS, seal everything under it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.core.crypto.keyring import current_ring
from apps.core.crypto.rotation import rotate


class Command(BaseCommand):
    """Can be stopped and started again at any time; the old key may be dropped once it has run to its end."""

    help = "Re-encrypt stored secrets and data keys under the first key of ENCRYPTION_KEYS."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch-size", type=int, default=500, help="rows a transaction (default 500)")

    def handle(self, *args: Any, **options: Any) -> None:
        totals: dict[str, int] = {}
        for label, done in rotate(batch_size=options["batch_size"]):
            totals[label] = totals.get(label, 0) + done
            self.stdout.write(f"{label}: {totals[label]}")
        self.stdout.write(
            f"All is under key {current_ring().current_id!r}; {sum(totals.values())} values changed."
        )
