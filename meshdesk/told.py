"""What the verbs that read without a window (tail, collect) are told: their options, and what these mean."""

import argparse
import stat
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from meshdesk.model.address import bootstrap_problem, holds_password, registry_problem
from meshdesk.model.position import Position, PositionError, milliseconds, position
from meshdesk.model.schema_formats import ENDINGS, format_of
from meshdesk.model.wording import listed


def add_options(parser: argparse.ArgumentParser) -> None:
    """Where to read, what, and how long."""
    parser.add_argument("topics", nargs="+", metavar="TOPIC")
    parser.add_argument(
        "--connection", default="", metavar="NAME", help="a saved connection, with its secrets from the keyring"
    )
    parser.add_argument("--bootstrap", default="", metavar="HOST:PORT")
    parser.add_argument("--registry", default="", metavar="URL")
    add_schema_files(parser)
    parser.add_argument(
        "-X",
        dest="settings",
        action="append",
        default=[],
        metavar="name=value",
        help="a client setting that is no secret",
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="client settings in librdkafka's or Java's names")
    parser.add_argument("--from", dest="start", default=None, metavar="beginning|end|OFFSET|TIME|15m")
    parser.add_argument(
        "--until", default=None, metavar="end|OFFSET|TIME", help="end: the end offsets as seen at the start"
    )
    parser.add_argument("--for", dest="time", default=None, metavar="60s", help="end after so long")


def add_schema_files(parser: argparse.ArgumentParser) -> None:
    """The files of schemas, which no registry has."""
    parser.add_argument(
        "--schemas",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help=f"a file of a schema ({', '.join(ENDINGS)}), or a folder of such files; may be given again",
    )


def paths_problem(paths: Sequence[Path]) -> str:
    """What is wrong with files and folders of schemas on the command line, as a sentence; or ""."""
    for path in paths:
        try:
            found = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return f"{path} is no file and no folder that is there. Check its name."
        except OSError as error:
            return f"{path} cannot be read: {error.strerror}. Check its name and its rights."
        if stat.S_ISDIR(found.st_mode):
            continue
        if problem := kind_problem(path):
            return problem
        if not stat.S_ISREG(found.st_mode):  # it is followed, and would be waited for at each look
            return f"{path} is a pipe, a socket or a device. Name a file, or a folder of files."
    return ""


def kind_problem(path: Path) -> str:
    """What is wrong with the name of a file of a schema, as a sentence; or ""."""
    if format_of(path.name) is not None:
        return ""
    return f"{path} does not say what kind of schema it is. Its name must end with {listed(ENDINGS, 'or')}."


class Told:
    """What a reading verb was told, understood."""

    def __init__(self, options: argparse.Namespace, say: Callable[[str], None]) -> None:
        """Raises PropertiesError, ProfileError and PositionError; `say` tells what is waited for."""
        # A window, which is told other things, must not pay for Kafka's settings.
        from meshdesk.collect.properties import PropertiesError, Source, public_settings, read_properties

        problem = bootstrap_problem(options.bootstrap) if options.bootstrap else ""
        problem = problem or argument_problem(
            options.registry, "Put basic.auth.user.info=USER:PASSWORD into a file and name that with --config."
        )
        if options.connection and (options.bootstrap or options.registry or options.config):
            problem = "--connection says where to read. Leave out --bootstrap, --registry and --config, or leave out --connection."
        problem = problem or paths_problem(options.schemas)
        if "" in options.topics:  # mostly a variable of the shell that holds nothing
            problem = problem or "One of the topics has an empty name. Name each topic that is to be read."
        if problem:
            raise PropertiesError(problem)
        settings = public_settings(options.settings)
        # The rest first: nobody's keyring is asked for a command that makes no sense.
        self.topics = tuple(dict.fromkeys(options.topics))
        # Without a word: what arrives from now on; with an end, everything up to it.
        default = "beginning" if options.until else "end"
        self.start: Position = position(options.start or default)
        self.until: Position | None = position(options.until) if options.until else None
        self.seconds: float | None = milliseconds(options.time) / 1000 if options.time else None
        source = Source(options.bootstrap, options.registry, settings)
        if options.connection:
            # Only for those who name one.
            from meshdesk.named import open_saved

            saved = open_saved(options.connection, say)
            settings = {**saved.properties, **settings}
            source = Source(
                saved.bootstrap,
                saved.registry,
                settings,
                saved.registry_user,
                saved.registry_ca,
                options.connection,
                saved.catalogues,
                saved.schemas,
            )
        source = replace(source, schemas=(*source.schemas, *(str(path.absolute()) for path in options.schemas)))
        self.source = read_properties(options.config, source) if options.config else source
        if not self.source.bootstrap:
            raise PropertiesError(
                "No bootstrap server is named. Give one with --bootstrap HOST:PORT, or a saved connection with --connection NAME."
            )


def understood(options: argparse.Namespace, say: Callable[[str], None]) -> Told | str:
    """What it was told, or the sentence why that makes no sense."""
    # A window must not pay for them, see above.
    from meshdesk.collect.properties import PropertiesError
    from meshdesk.session.profiles import ProfileError

    try:
        return Told(options, say)
    except (PropertiesError, PositionError, ProfileError) as error:
        return str(error)


def argument_problem(registry: str, advice: str) -> str:
    """What is wrong with a registry's address on the command line, which every user of the machine can read; or ""."""
    if holds_password(registry):
        return f"--registry would show a password to everyone on this machine. {advice}"
    return registry_problem(registry)
