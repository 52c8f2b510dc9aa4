"""The product's version, as manifests and reports tell it. A test keeps it equal to pyproject's."""

NAME = "Kinemark"
VERSION = "0.1.0"
