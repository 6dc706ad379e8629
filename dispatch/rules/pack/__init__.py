"""SOP packs as files: reading, checking, their schema and their forms."""
