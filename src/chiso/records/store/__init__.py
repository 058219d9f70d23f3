"""The store: records of exports as typed Parquet by month of receipt, with a manifest."""
