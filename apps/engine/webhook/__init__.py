"""Webhooks: any body of a form vendor read, its values addressed, a mapping proposed and applied (contract 3).

`read` gives a document, `leads_of` its leads, `is_test` what it says of being a test. `propose` finds which value is
which field; `mapped` turns a payload into the body of a lead, which then goes the way of a simple post.
"""

from apps.engine.webhook.applying import KINDS, mapped, reads, unmapped
from apps.engine.webhook.changes import Changes, changes, places
from apps.engine.webhook.flags import Arrived, is_test, leads_of
from apps.engine.webhook.joining import join_template
from apps.engine.webhook.problems import missing, problems
from apps.engine.webhook.proof import Proof, proven
from apps.engine.webhook.proposals import Proposed, propose, told
from apps.engine.webhook.reading import Document, Tree, read
from apps.engine.webhook.values import Proposal, Told
from apps.engine.webhook.vendors import VENDORS, Vendor, recognised
from apps.engine.webhook.walking import Row, rows, value_at

__all__ = [
    "KINDS",
    "VENDORS",
    "Arrived",
    "Changes",
    "Document",
    "Proof",
    "Proposal",
    "Proposed",
    "Row",
    "Told",
    "Tree",
    "Vendor",
    "changes",
    "is_test",
    "join_template",
    "leads_of",
    "mapped",
    "missing",
    "places",
    "problems",
    "propose",
    "proven",
    "read",
    "reads",
    "recognised",
    "rows",
    "told",
    "unmapped",
    "value_at",
]
