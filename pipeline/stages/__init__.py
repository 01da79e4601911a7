"""One kernel a file: batches in, batches out."""
