"""What all tests share: Hypothesis without deadlines, as the machines that run this are shared too."""

from hypothesis import settings

settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")
