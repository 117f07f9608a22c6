"""The run on disk: pages, tables, folders, the manifest."""
