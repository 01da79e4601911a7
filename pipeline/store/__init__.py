"""The output folder: manifests, files, views."""
