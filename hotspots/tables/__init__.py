"""Tables as they lie on the disk: text files, workbooks and Parquet become cells of text."""
