"""The demonstration district: drawn by us from published figures, schematic in every line."""
