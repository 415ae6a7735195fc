from django.apps import AppConfig


class PostingInstructionsConfig(AppConfig):
    name = "apps.posting_instructions"
    label = "posting_instructions"
