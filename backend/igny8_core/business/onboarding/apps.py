from django.apps import AppConfig


class OnboardingConfig(AppConfig):
    name = "igny8_core.business.onboarding"
    label = "onboarding"
