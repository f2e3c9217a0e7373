"""DuckDB alone on the same bytes: it reads the sealed files of a capture as what they are, Arrow streams, and nothing of ours."""

import json
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import json, os, sys, time
from pathlib import Path
import duckdb
import pyarrow as pa
folder, names, query = Path(sys.argv[1]), sys.argv[2].split(","), sys.argv[3]
def streams():
    for path in sorted(folder.glob("sealed-*.arrow")):
        with pa.OSFile(str(path)) as file:
            schema = pa.ipc.open_stream(file).schema
            file.seek(0)
            wanted = [schema.get_field_index(name) for name in names]
            yield pa.ipc.open_stream(file, options=pa.ipc.IpcReadOptions(included_fields=wanted))
schema = next(streams()).schema
duck = duckdb.connect()
duck.execute(f"SET threads = {os.cpu_count()}")
duck.execute("SET enable_progress_bar = false")
records = pa.RecordBatchReader.from_batches(schema, (batch for stream in streams() for batch in stream))
began = time.perf_counter()
answer = duck.execute(query).fetchone()[0]
print(json.dumps([time.perf_counter() - began, answer]), flush=True)
"""


def alone(folder: Path, columns: str, query: str) -> tuple[float, int]:
    """(s, first number of the answer) of a query on the table `records`, which has these columns of the capture."""
    line = [sys.executable, "-c", PROGRAM, str(folder), columns, query]
    done = subprocess.run(line, capture_output=True, timeout=300, text=True)
    if done.returncode:
        raise SystemExit(f"DuckDB failed: {done.stderr[-2000:]}")
    seconds, answer = json.loads(done.stdout)
    return float(seconds), int(answer)
