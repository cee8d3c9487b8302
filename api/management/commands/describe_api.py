"""Write the description of the banks' interface into files, while an image is built."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from api.description import RENDERERS, description_file, write_description


class Command(BaseCommand):
    """``describe_api [--into DIR]``."""

    help = "生成银行接口的 OpenAPI 描述文件，随本版本的程序一起发布（制作镜像时运行）"

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask where to."""
        parser.add_argument("--into", type=Path, default=settings.STATIC_ROOT / "api", help="存放目录，默认与静态文件放在一起")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write every format."""
        folder: Path = options["into"]
        folder.mkdir(parents=True, exist_ok=True)
        for form in RENDERERS:
            description_file(folder, form).write_bytes(write_description(form))
        self.stdout.write(f"接口描述已写入 {folder}。")
