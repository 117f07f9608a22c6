"""The briefing page: its content, its themes, its list, its panel."""
