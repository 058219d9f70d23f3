"""The records behind indices as CSV, however many: written as they are read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from chiso.errors import Language
from chiso.reporting.files import harmless
from chiso.reporting.standings import reason
from chiso.scoring.explain import IndexExplanation
from chiso.scoring.standing import Standing

_LINES_AT_ONCE = 5_000


def case_lines(indices: Sequence[IndexExplanation], language: Language) -> Iterator[bytes]:
    """Yield ``index,case_id,state,reason,officer_code`` for every record behind ``indices``, in UTF-8."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("index", "case_id", "state", "reason", "officer_code"))
    lines = 1
    told: dict[int, tuple[Standing, str]] = {}
    for explanation in indices:
        if explanation.behind is None:
            continue
        for record in explanation.behind.records():
            standing = record.standing
            # Many records share one standing; its reason is put into words once.
            if id(standing) not in told:
                told[id(standing)] = standing, harmless(reason(standing).in_language(language))
            why, officer = told[id(standing)][1], harmless(record.officer_code or "")
            writer.writerow(
                (explanation.index.code, harmless(record.record_id), standing.state, why, officer)
            )
            lines += 1
            if lines % _LINES_AT_ONCE == 0:
                yield stream.getvalue().encode()
                stream.seek(0)
                stream.truncate()
    yield stream.getvalue().encode()
