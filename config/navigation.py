"""The admin's look. The sidebar's groups follow jobs, not apps."""

UNFOLD_SETTINGS = {
    "SITE_SYMBOL": "water_lux",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {
            "50": "oklch(97.1% .013 200)",
            "100": "oklch(94.5% .026 200)",
            "200": "oklch(89% .05 200)",
            "300": "oklch(81% .08 205)",
            "400": "oklch(70% .1 210)",
            "500": "oklch(60% .11 215)",
            "600": "oklch(51% .1 220)",
            "700": "oklch(44% .09 222)",
            "800": "oklch(38% .075 224)",
            "900": "oklch(33% .06 226)",
            "950": "oklch(25% .05 228)",
        },
    },
    "SIDEBAR": {"show_search": True, "show_all_applications": False},
}
