"""Writes the records of the campaign sample ``ia-tor-2024``: one commune, 1/3 to 29/6/2024.

Run from anywhere: ``python samples/make_ia_tor_sample.py``. The result is committed; a test holds it
equal to what this script writes. Every record is made up from a fixed seed; what the plan of the campaign
itself says (days, targets, baseline) stands in ``ia-tor-2024/campaign.yaml``, which no script writes.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from importlib.resources import files
from pathlib import Path

from chiso.synthetic.chance import happens
from chiso.synthetic.office_days import OfficeDays
from chiso.terms.working_days import load_working_days

SAMPLES = Path(__file__).parent
SEED = 32  # the number of the plan

FIRST, START, END = date(2024, 3, 1), date(2024, 3, 22), date(2024, 6, 29)
PROVINCE, DISTRICT = "H21", "H21.90"
# The town and the 19 communes of huyện Chư Prông in 2024, in alphabetical order. Codes are made up.
COMMUNES = (
    *("thị trấn Chư Prông", "xã Bàu Cạn", "xã Bình Giáo", "xã Ia Bang", "xã Ia Băng", "xã Ia Boòng"),
    *("xã Ia Drang", "xã Ia Ga", "xã Ia Kly", "xã Ia Lâu", "xã Ia Me", "xã Ia Mơ", "xã Ia O", "xã Ia Phìn"),
    *("xã Ia Pia", "xã Ia Piơr", "xã Ia Púch", "xã Ia Tor", "xã Ia Vê", "xã Thăng Hưng"),
)
COMMUNE = f"{DISTRICT}.{COMMUNES.index('xã Ia Tor') + 1:02}"
PROCEDURES = 24

# Shares of the cases received on a day, by the first day of the campaign from which they hold.
CASES_A_DAY = {-99: 5, 1: 6, 40: 7}
ONLINE = {-99: 0.01, 1: 0.16, 15: 0.62, 51: 0.9}
PAID_ONLINE = {-99: 0.0, 1: 0.05, 15: 0.22, 51: 0.78}
DIGITISED = {-99: 0.2, 1: 0.4, 11: 0.72, 51: 0.98}
IN_TIME = {-99: 0.86, 1: 0.98, 20: 1.0}
OFFICERS = {"CB-IT-01": 40, "CB-IT-02": 34, "CB-IT-03": 25, "CB-IT-04": 1}

CASE_COLUMNS = (
    *("case_id", "procedure_id", "procedure_name", "field_id", "field_name", "unit_code", "officer_code"),
    *("channel", "submitted_at", "received_at", "due_at", "finished_at", "returned_at", "status"),
    *(
        "component_file",
        "digitized",
        "component_digitized",
        "from_personal_store",
        "result_code",
        "result_link",
    ),
    *("vneid_verified", "population_db", "fee", "payment", "rating", "synced"),
)

Row = dict[str, object]


def write_ia_tor_sample(folder: Path) -> list[Path]:
    """Write the records below ``folder`` / ia-tor-2024; return the files."""
    chance = random.Random(SEED)
    target = folder / "ia-tor-2024"
    procedures = _procedures()
    return [
        _write(target / "units.csv", ("unit_code", "unit_name", "level", "parent_code"), _units()),
        _write(target / "cases.csv", CASE_COLUMNS, _cases(chance, procedures)),
        _write(target / "procedures.csv", tuple(_procedure(procedures[0])), map(_procedure, procedures)),
        _write(target / "services.csv", tuple(_service(procedures[0])), map(_service, procedures)),
        _write(target / "petitions.csv", tuple(PETITIONS[0]), PETITIONS),
        _write(target / "reported.csv", tuple(REPORTED[0]), REPORTED),
    ]


def _units() -> Iterable[Row]:
    yield _unit(PROVINCE, "UBND tỉnh Gia Lai", "province", "")
    yield _unit(DISTRICT, "UBND huyện Chư Prông", "district", PROVINCE)
    for number, name in enumerate(COMMUNES, start=1):
        yield _unit(f"{DISTRICT}.{number:02}", f"UBND {name}", "commune", DISTRICT)


def _unit(code: str, name: str, level: str, parent: str) -> Row:
    return {"unit_code": code, "unit_name": name, "level": level, "parent_code": parent}


def _procedures() -> list[dict[str, str]]:
    """Return the procedures of communes that are asked for most."""
    text = files("chiso.synthetic").joinpath("procedure_list.csv").read_text("utf-8")
    of_communes = [row for row in csv.DictReader(text.splitlines()) if row["level"] == "commune"]
    most = sorted(of_communes, key=lambda row: (-float(row["demand"]), row["procedure_id"]))[:PROCEDURES]
    return sorted(most, key=lambda row: row["procedure_id"])


def _procedure(listed: Mapping[str, str]) -> Row:
    with_fee = int(listed["fee"] or 0) > 0
    return {
        "unit_code": COMMUNE,
        **{key: listed[key] for key in ("procedure_id", "procedure_name", "field_id")},
        "online_level": listed["online_level"],
        "fee_bearing": _yes(with_fee),
        "payment_integrated": _yes(with_fee),
        **{key: listed[key] for key in ("paper_result", "for_citizens")},
        "complete": "true",
        "time_limit": listed["time_limit"],
        "time_limit_unit": "working_day",
    }


def _service(listed: Mapping[str, str]) -> Row:
    number = listed["procedure_id"].removeprefix("9.00")
    return {
        "unit_code": COMMUNE,
        "service_id": f"DV-IT-{number}",
        "procedure_id": listed["procedure_id"],
        "online_level": listed["online_level"],
    }


def _cases(chance: random.Random, procedures: Sequence[Mapping[str, str]]) -> list[Row]:
    days = OfficeDays(load_working_days(), FIRST, END + timedelta(days=60))
    # The slower procedures are asked for less; some of them must be there to be carried over.
    weights = [float(procedure["demand"]) ** 0.4 for procedure in procedures]
    rows = []
    for number in range(days.last_until(END) + 1):
        received: list[datetime] = sorted(
            days.receipt(chance, number)
            for _ in range(chance.randint(0, 2) + _on(CASES_A_DAY, days.days[number]) - 1)
        )
        for serial, moment in enumerate(received, start=1):
            procedure = chance.choices(procedures, weights)[0]
            rows.append(_case(chance, days, number, serial, moment, procedure))
    return rows


def _case(
    chance: random.Random,
    days: OfficeDays,
    number: int,
    serial: int,
    received: datetime,
    procedure: Mapping[str, str],
) -> Row:
    day = days.days[number]
    limit = int(procedure["time_limit"])
    due = number + limit
    finished = _finished_on(chance, number, limit, in_time=happens(chance, _on(IN_TIME, day)))
    # The export is of the evening of the last day: what comes later has not happened yet.
    done = days.days[finished] <= END
    finished_at = days.after(chance, finished, received)
    returned_at = days.after(chance, finished, finished_at)
    online, digitised = happens(chance, _on(ONLINE, day)), happens(chance, _on(DIGITISED, day))
    fee = int(procedure["fee"] or 0) * chance.randint(1, int(procedure["fee_multiples"] or 1))
    paid_online = fee > 0 and happens(chance, _on(PAID_ONLINE, day))
    reused, identified = happens(chance, 0.3), happens(chance, 0.6)
    rated = done and happens(chance, 0.3)
    local = f"{day:%y%m%d}-{serial:04}"
    has_result = done and digitised and procedure["paper_result"] == "true"
    return {
        "case_id": f"{COMMUNE}-{local}",
        **{key: procedure[key] for key in ("procedure_id", "procedure_name", "field_id", "field_name")},
        "unit_code": COMMUNE,
        "officer_code": chance.choices(tuple(OFFICERS), tuple(OFFICERS.values()))[0],
        "channel": "online" if online else "direct",
        "submitted_at": _moment(received - timedelta(minutes=chance.randint(2, 25)) if online else received),
        "received_at": _moment(received),
        "due_at": _moment(datetime.combine(days.days[due], received.time())),
        "finished_at": _moment(finished_at) if done else "",
        "returned_at": _moment(returned_at) if done else "",
        "status": "returned" if done else "processing",
        "component_file": f"tp/{local}.pdf" if digitised else "",
        "digitized": _yes(digitised),
        "component_digitized": _yes(digitised),
        "from_personal_store": _yes(digitised and reused),
        "result_code": f"KQ-{local}" if has_result else "",
        # The link is to the case's result, be it a document or an answer.
        "result_link": f"kq/{local}.pdf" if done and digitised else "",
        "vneid_verified": _yes(identified),
        "population_db": "7" if identified else "",
        "fee": fee,
        "payment": "portal" if paid_online else "none",
        "rating": "satisfied" if rated else "",
        "synced": "true",
    }


def _finished_on(chance: random.Random, number: int, limit: int, *, in_time: bool) -> int:
    """Return the working day by number on which a case ends: inside its limit, or one to four days after."""
    if in_time:
        return number + chance.randint(max(0, limit - 4), limit)
    return number + limit + chance.randint(1, 4)


def _on(by_day: Mapping[int, float], day: date) -> float | int:
    """Return what holds on a day, by the days of the campaign from which values hold."""
    reached = (day - START).days + 1
    return by_day[max(first for first in by_day if first <= reached)]


def _petition(number: int, received: str, due: str, answered: str) -> Row:
    return {
        "petition_id": f"PA-{COMMUNE}-{number:04}",
        "unit_code": COMMUNE,
        "received_at": received,
        "due_at": due,
        "answered_at": answered,
        "status": "answered" if answered else "processing",
        "satisfied": "true" if answered else "",
        "repeated": "false",
        "case_id": "",
        "subject": "other",
    }


# The fourth is answered two working days after its due day.
PETITIONS: tuple[Row, ...] = (
    _petition(1, "15/03/2024 09:12:40", "05/04/2024 09:12:40", "26/03/2024 15:30:05"),
    _petition(2, "02/04/2024 14:05:11", "24/04/2024 14:05:11", "12/04/2024 10:41:37"),
    _petition(3, "22/04/2024 08:20:59", "15/05/2024 08:20:59", "07/05/2024 16:02:20"),
    _petition(4, "06/05/2024 10:33:08", "27/05/2024 10:33:08", "29/05/2024 09:17:44"),
    _petition(5, "11/06/2024 15:48:26", "02/07/2024 15:48:26", "21/06/2024 11:08:51"),
)
# What no record of the commune shows: the province's announcements (1.1–1.3), certified copies (4.4).
REPORTED: tuple[Row, ...] = (
    {"unit_code": PROVINCE, "index": "PUBLISH_ON_TIME", "numerator": 31, "denominator": 31, "percent": ""},
    {
        "unit_code": PROVINCE,
        "index": "PUBLIC_UPDATE_ON_TIME",
        "numerator": 31,
        "denominator": 31,
        "percent": "",
    },
    {
        "unit_code": PROVINCE,
        "index": "PUBLIC_CONTENT_FULL",
        "numerator": 31,
        "denominator": 31,
        "percent": "",
    },
    {
        "unit_code": COMMUNE,
        "index": "ELECTRONIC_CERTIFIED_COPY",
        "numerator": "",
        "denominator": "",
        "percent": 100,
    },
)


def _yes(holds: bool) -> str:
    return "true" if holds else "false"


def _moment(moment: datetime) -> str:
    return f"{moment:%d/%m/%Y %H:%M:%S}"


def _write(path: Path, header: Sequence[str], rows: Iterable[Row]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


if __name__ == "__main__":
    write_ia_tor_sample(SAMPLES)
