"""The campaign workspace as registered: publishing also claims history for new duplicate rules."""

from django.contrib import admin

from apps.campaigns.models import Campaign
from apps.leads.services import backfill_claims
from apps.publishing.admin import CampaignWorkspace
from apps.publishing.services import Published


class CampaignWithLeads(CampaignWorkspace):
    """The whole workspace, on the floor that knows leads."""

    def after_publish(self, published: Published) -> str:
        """Has earlier leads claim what new duplicate rules compare; how many claims that were, as a sentence."""
        claims = backfill_claims(published.spec, published.new_duplicate_rules)
        if not claims:
            return ""
        return f"New duplicate rules hold against earlier leads too: {claims:,} values are claimed."


admin.site.unregister(Campaign)
admin.site.register(Campaign, CampaignWithLeads)
