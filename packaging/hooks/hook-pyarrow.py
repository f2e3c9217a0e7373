"""PyInstaller's hook for pyarrow in place of the common one, which takes all 170 MB of it.

Nothing is added here: contents.loaded() names the modules, and Arrow's libraries that those are linked to come with them;
Flight and S3 (50 MB), which they are not linked to, do not.
"""
