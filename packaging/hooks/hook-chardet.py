"""What people write in each language, which chardet reads when it is first asked."""

from PyInstaller.utils.hooks import collect_data_files, collect_submodules  # type: ignore[import-untyped]

datas = collect_data_files("chardet", includes=["models/*.bin"])
hiddenimports = collect_submodules("chardet.pipeline")
