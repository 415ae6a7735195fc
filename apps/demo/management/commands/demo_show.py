"""`manage.py demo_show`: where to look, who to be, and a lead to paste."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.demo import selectors
from apps.demo.services import simulator_url


class Command(BaseCommand):
    """Prints the demo's passwords and a key: for the machine's owner, on their own terminal."""

    help = "Show the demo's addresses, logins, an instructions link and a curl line."

    def handle(self, *args: Any, **options: Any) -> None:
        company = selectors.company()
        if company is None:
            raise CommandError("The demo company is not loaded: manage.py demo_load.")
        say = self.stdout.write
        say("")
        say(f"  {company}")
        say(f"  Admin              {settings.PUBLIC_URL}/admin/")
        for email, password, role in selectors.logins():
            say(f"    {email:<23} {password:<28} {role.partition(':')[0].lower()}")
        say(f"  Instructions page  {selectors.instructions_url()}")
        say(f"  Buyer simulator    {simulator_url()}/   mails: {simulator_url()}/mails")
        say(f"  A buyer fetches    {selectors.fetch_line()}")
        say("")
        say("  Post a live lead; a buyer of the simulator has it within a second:")
        say("")
        say(f"  {selectors.curl_line()}")
        say("")
        say("  Ping solar leads, then post the ping id within three minutes:")
        say("")
        for line in selectors.exchange_lines():
            say(f"  {line}")
        say("")
        say(f"  Its trace, from the request to the sale: {selectors.leads_url()} (the lead on top)")
        say("  Keep the house alive: .venv/bin/python manage.py traffic --rate 5")
