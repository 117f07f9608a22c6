"""A project file (TOML) becomes the whole run; the one room that knows every stage.

``settings`` validates the file, ``inputs`` reads what it names, ``pipeline`` computes,
``outputs`` and ``manifest`` write, ``runner`` does it all, ``verification`` does it again;
``starter`` writes a new file and ``checkup`` reads one's inputs without computing.
"""
