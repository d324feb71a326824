"""What test authors hold in their hands, on top of the emulated service."""
