"""`manage.py demo_load`: the demo company with a month of history. Does nothing the second time."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.demo.services import company_load, history_load, simulator_url

LEADS, PINGS = 3200, 400


class Command(BaseCommand):
    """Never needed in production; harmless there too, for its logins' passwords are made from SECRET_KEY."""

    help = "Load the demo company: three campaigns (one auctions), four sources, 22 buyers, a month of leads."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--leads", type=int, default=LEADS, help=f"leads of the past month (default {LEADS})"
        )
        parser.add_argument(
            "--pings", type=int, default=PINGS, help=f"pings of the last days (default {PINGS})"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = company_load(simulator=simulator_url())
        written = history_load(loaded.company, leads=options["leads"], pings=options["pings"])
        made = "loaded" if loaded.created else "is there already"
        self.stdout.write(
            f"{loaded.company} {made}" + (f", with {written:,} leads of the past month" if written else "")
        )
