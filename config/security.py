"""What a browser may load and run. Strict for every page; the admin theme needs more, and gets it in the admin only."""

from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase

PAGE_POLICY = {
    "default-src": [NONE],
    "script-src": [SELF, NONCE],
    "style-src": [SELF, NONCE],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
    "object-src": [NONE],
}

# The theme's Alpine compiles expressions found in attributes, and its widgets set inline styles.
ADMIN_POLICY = PAGE_POLICY | {
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
}


class PagePolicyMiddleware(CSPMiddleware):
    """Writes the Content-Security-Policy header: `ADMIN_POLICY` for the admin's own views, else `PAGE_POLICY`."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        match = request.resolver_match
        if match is not None and match.namespace == "admin" and not report_only:
            parts.config = ADMIN_POLICY
        return parts
