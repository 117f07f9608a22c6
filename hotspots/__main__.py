"""``python -m hotspots``: the command where no script is on the path."""

from hotspots.cli import app

app(prog_name="hotspots")
