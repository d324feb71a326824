"""What runs behind a status: training, batch jobs, attribution of metrics."""
