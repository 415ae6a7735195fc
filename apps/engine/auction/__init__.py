"""The auction: which offers win a lead, what the source is promised, and where a post goes after the winner. Pure."""

from apps.engine.auction.affording import afford
from apps.engine.auction.award import award
from apps.engine.auction.values import EXCLUSIVE, SHARED, Award, Offer, Winner, offer

__all__ = ["EXCLUSIVE", "SHARED", "Award", "Offer", "Winner", "afford", "award", "offer"]
