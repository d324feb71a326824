"""What the installed service models say, compiled once per shape: requests validated, answers rendered."""
