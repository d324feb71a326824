"""The emulated service: one call in, one resource or one refusal out."""
