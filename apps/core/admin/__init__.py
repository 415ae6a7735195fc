"""What every admin is built of and knows nothing of companies: widgets, secret fields, confirmations, page furniture.

The base classes with scoping, roles and audit stand one floor higher, in `apps.companies.admin.base`.
"""
