"""The screens: one module and one style file each. Imported on first use, so that the first paint is quick."""
