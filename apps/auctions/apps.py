"""The app's name."""

from django.apps import AppConfig


class AuctionsConfig(AppConfig):
    """Pings, bids and awards."""

    name = "apps.auctions"
    verbose_name = "Auctions"
