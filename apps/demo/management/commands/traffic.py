"""`manage.py traffic`: believable leads from the demo's sources, over HTTP, until Ctrl-C."""

from argparse import ArgumentParser
from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.demo import selectors
from apps.demo.traffic import Leads, Traffic


class Command(BaseCommand):
    """Reads ids and keys of the demo's sources from the database, then speaks HTTP only."""

    help = "Post leads as the demo's sources would: good ones, bad ones, duplicates, tests."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rate", type=float, default=5.0, help="leads a second (default 5)")
        parser.add_argument(
            "--count", type=int, default=None, help="stop after so many (default: until Ctrl-C)"
        )
        parser.add_argument(
            "--url", default=settings.PUBLIC_URL, help="where to post to (default PUBLIC_URL)"
        )
        parser.add_argument("--seed", default=None, help="send the same people again and again")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 < options["rate"] <= 500:
            raise CommandError("The rate is above 0 and at most 500 leads a second.")
        senders = selectors.senders()
        if not senders:
            raise CommandError("The demo company is not loaded: manage.py demo_load.")
        leads = Leads(senders, Random(options["seed"]))  # noqa: S311 - invented people
        traffic = Traffic(leads, url=options["url"], rate=options["rate"])
        self.stdout.write(
            f"Posting {options['rate']:g} leads a second to {options['url']}. Stop with Ctrl-C."
        )
        tally = traffic.run(count=options["count"], say=self._say)
        self._say(tally.line())

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
