"""The studio's hash lists as administrators see them: files in the folder that the gates read."""
