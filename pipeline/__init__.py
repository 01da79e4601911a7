"""Raw crawled documents in, clean Parquet out, with a ledger of everything that was taken out and why."""

__version__ = "0.1.0"
