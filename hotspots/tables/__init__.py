"""Tables in files: text, workbooks and Parquet, read as cells of text."""
