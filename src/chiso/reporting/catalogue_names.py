"""The words of a catalogue's keys, for people: rules, zero rules, roll-ups, statuses, targets."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from chiso.arithmetic import quantity
from chiso.errors import Text

ZERO_RULES: Mapping[str, Text] = {
    "full": Text(vi="đủ điểm", en="full points"),
    "zero": Text(vi="0 điểm", en="0 points"),
    "blank": Text(vi="để trống, mức tối đa giữ nguyên", en="left blank, the maximum is kept"),
    "exclude": Text(vi="không tính, mức tối đa giảm", en="left out, the maximum falls"),
}
RULES: Mapping[str, Text] = {
    "linear": Text(
        vi="tỷ lệ thuận với giá trị, đến mức đạt đủ điểm", en="in proportion to the value, up to the target"
    ),
    "lower_is_better": Text(vi="càng thấp càng nhiều điểm", en="the lower the value, the more points"),
    "steps": Text(vi="theo bậc", en="by steps"),
    "pass_fail": Text(vi="đạt thì đủ điểm, không đạt thì 0 điểm", en="all or nothing"),
    "analysis": Text(vi="chỉ để phân tích, không tính điểm", en="for analysis only, no points"),
}
ROLLUPS: Mapping[str, Text] = {
    "subtree": Text(
        vi="đơn vị cấp trên tính cả hồ sơ của các đơn vị trực thuộc",
        en="a parent counts the records of all units below it",
    ),
    "own": Text(vi="mỗi đơn vị chỉ tính hồ sơ của mình", en="each unit counts its own records only"),
}
STATUSES: Mapping[str, Text] = {
    "issued": Text(
        vi="có căn cứ: theo văn bản gốc hoặc khớp số đã công bố",
        en="issued: from a primary text or published figures",
    ),
    "inferred": Text(vi="suy đoán", en="inferred"),
    "unknown": Text(vi="chưa biết", en="unknown"),
}
ARITHMETICS: Mapping[str, Text] = {
    "decimal": Text(vi="tính chính xác", en="exact arithmetic"),
    "double": Text(vi="tính trên số thực dấu phẩy động", en="floating-point arithmetic"),
}
NOT_APPLICABLE: Mapping[str, Text] = {
    "keeps_maximum": Text(vi="mức tối đa giữ nguyên", en="the maximum is kept"),
    "lowers_maximum": Text(vi="mức tối đa giảm", en="the maximum falls"),
}


def target(value: Fraction | None, unit: str) -> str:
    """Return a target or bound in its unit: ``80 %``, ``15``; a dash where there is none."""
    if value is None:
        return "–"
    return quantity(value, as_percent=unit == "percent").replace("%", " %")
