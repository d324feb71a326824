"""What all families of resources stand on: the account and its tables, statuses, the clock, errors, quotas, pages."""
