"""The capture: a folder of append-only files in the middle of everything. Format, version 2.

One program writes (a *writer*, known by its number W; each writes files of its own), any number of programs read while
it grows, and a finished capture is packed to one `.meshcap` file that is read in place. Little-endian throughout.

    manifest.json            {"format": "meshdesk capture", "version": 2, "id": uuid, "made_by": …, "created": ms, …}
    lock                     held by the session that owns the capture, while it does (an OS lock, not the file's presence)
    index-W-NNN              a header of 64 bytes, then entries of 64 bytes, each with a checksum (capture/index.py)
    records-W-NNN.arrow      an Arrow IPC stream: the schema's message, then record batches; each batch holds one topic
    samples-W-NNN.arrow      likewise: (seen ms, series, value) rows
    sealed-W-NNN.arrow       the three above in one, joined and compressed (capture/sealed.py); it takes their place
    kept-W-NNN-MMM.arrow     the samples of dropped generations NNN to MMM, in the form of a sealed file (capture/kept.py)
    names-W                  checksummed JSON lines: what a topic's or a series' number stands for (capture/lines.py)
    facts-W                  checksummed JSON lines: facts and checked lines (model/fact.py)

Generations. NNN counts what a writer rolled: when a file of a generation is large enough, the next generation begins. A
finished one is sealed: `sealed-W-NNN.arrow` appears by a rename, whole, and the three files go. Row numbers stay: rows of
a sealed batch know theirs. The size limit drops whole generations, the oldest first, in two steps: a DROPPED entry says
so, readers let go, the files go (again later where the system refuses); numbers go on counting.

Kept samples. The samples of a dropped generation stay: `kept-W-NNN-NNN.arrow` appears whole by a rename before the DROPPED
entry is written, and counts from that entry on. Small ones are joined: the larger file appears by a rename, and those whose
generations it holds do not count any more and go. What is kept has a share of the size limit; a DROPPED entry says from which
generation on samples still count, and the files before it go in the same two steps. A program of version 2 that does
not know these files reads everything else as it is, so they made no new version.

Writing. A batch is appended to its segment, then its entries to the index, in one write. What is in the index is
readable; bytes of a segment that no entry names are ignored. Names are written before the entry that uses them.
Process death loses at most the batch in flight. Nothing is synced, so power loss may take more.

Reading. Entries count from the front of the index; the first one with a wrong checksum, and a batch whose ranges are
not all there, end it: a torn tail is cut. A batch that lies beyond the end of its segment (a file that was cut behind
our back) is named as lost, its row numbers stay. Row numbers count over the generations in order of W and NNN, batch by
batch; an index begins with the number of its first row.

Entries. BATCH: where a record batch lies, its rows, topic, time. Each is followed by one RANGE per partition in it: the
offsets it read there, from the position before its first record to the position after its last, so that gaps of compaction
and transactions count as read. COVERED: the same without records (a gap up to the end, an end offset seen, offsets
lost to retention). SAMPLES: where a batch of samples lies; in a kept file with one RANGE per generation in it, which rows of
its samples they are. DROPPED: which generation was dropped, how many rows were by then, in all and of each topic, and from
which generation on samples are kept. A reader that meets a kind it does not know stops and says that the capture is newer.

Version 1 had one index a writer, without a number, for all its segments, and neither sealed nor dropped. It is read as one
generation a writer.

Records are stored as received (Kafka record, KIP-98 message format 2): partition, offset, timestamp, timestamp_type,
key, value, headers (name and value in order, repeats kept), leader_epoch (−1 unknown). Null and empty differ.

A `.meshcap` is a zip64 with stored entries: `meshcap.json` ({"format": "meshcap", "version": 1, "captures": [id …]}) and
one folder per capture, named by its id, with the files above.
"""
