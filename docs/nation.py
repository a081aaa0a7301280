"""A nation on paper: what one, ten and a hundred million vouchers a year take, computed from what was measured.

    .venv/bin/python -m docs.nation

writes docs/operating/nation.md from docs/operating/measured.json. Every figure measured says how; every other is an assumption, named.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MEASURED = HERE / "operating" / "measured.json"
PAGE = HERE / "operating" / "nation.md"
YEARLY = (1_000_000, 10_000_000, 100_000_000)
OPENING_SECONDS = 2_000 * 3_600  # the hours a place is open in a year
MONTH_SECONDS = 30 * 24 * 3_600


@dataclass(frozen=True)
class Nation:
    """What one size takes. Rates are a second, at the busiest second of the year; sizes in gigabytes; money in euros a month."""

    vouchers: int
    redeemed: int
    mean_rate: float
    peak_rate: float
    peak_requests: float
    database_cores: int
    web_cores: int
    year_gigabytes: float
    log_gigabytes_a_day: float
    memory_gigabytes: int
    web_machines: int
    draw_hours: float
    print_hours: float
    load_hours: float
    euros_a_month: int


def nation(vouchers: int, measured: dict[str, Any], supposed: dict[str, Any]) -> Nation:
    """Cores are doubled so that the busiest second uses half of them; the database has three machines, two of them standing by."""
    m = {name: each["value"] for name, each in measured.items()}
    s = {name: each["value"] for name, each in supposed.items()}
    redeemed = vouchers * s["redeemed_share"] / 100
    mean = redeemed / OPENING_SECONDS
    peak = mean * s["peak_factor"]
    requests = peak * s["requests_per_redemption"]
    database, web = requests * m["database_ms_per_request"] / 1000, requests * m["web_ms_per_request"] / 1000
    gigabytes = vouchers * m["bytes_per_voucher_of_a_campaign"] / 1e9
    database_cores, web_cores = max(2, math.ceil(2 * database)), max(2, math.ceil(2 * web))
    memory = max(2, 2 ** math.ceil(math.log2(max(1.0, gigabytes / 4))))
    web_machines = 0 if vouchers <= YEARLY[0] else max(2, math.ceil(web_cores / s["cores_per_web_machine"]) + 1)
    database_machine = database_cores * s["euros_per_core_month"] + memory * s["euros_per_gigabyte_of_memory_month"]
    database_machine += 3 * gigabytes * s["euros_per_gigabyte_of_disk_month"]
    web_machine = s["cores_per_web_machine"] * (s["euros_per_core_month"] + 2 * s["euros_per_gigabyte_of_memory_month"])
    copies = 2 * gigabytes * s["euros_per_gigabyte_of_copy_month"]
    euros = database_machine * (3 if web_machines else 1) + web_machine * web_machines + copies
    return Nation(
        vouchers=vouchers,
        redeemed=round(redeemed),
        mean_rate=mean,
        peak_rate=peak,
        peak_requests=requests,
        database_cores=database_cores,
        web_cores=web_cores,
        year_gigabytes=gigabytes,
        log_gigabytes_a_day=vouchers * s["log_bytes_per_voucher"] / 365 / 1e9,
        memory_gigabytes=memory,
        web_machines=web_machines,
        draw_hours=vouchers / m["vouchers_drawn_per_second"] / 3600,
        print_hours=vouchers / 5 / m["booklets_printed_per_second"] / 3600,
        load_hours=vouchers * m["campaign_ms_per_voucher"] / 1000 / 3600,
        euros_a_month=round(euros),
    )


def page(told: dict[str, Any]) -> str:
    """The page, whole."""
    sizes = [nation(vouchers, told["measured"], told["supposed"]) for vouchers in YEARLY]
    rows = [
        ("redeemed in a year", lambda n: f"{n.redeemed:,}"),
        ("redemptions a second, on average of opening hours", lambda n: f"{n.mean_rate:,.2f}"),
        ("redemptions in the busiest second", lambda n: f"{n.peak_rate:,.0f}"),
        ("requests in the busiest second, pages included", lambda n: f"{n.peak_requests:,.0f}"),
        ("cores of the database's machine (half used at the peak)", lambda n: f"{n.database_cores:,}"),
        ("cores of the web machines (half used at the peak)", lambda n: f"{n.web_cores:,}"),
        ("web machines", lambda n: f"{n.web_machines}" if n.web_machines else "the same one"),
        ("memory of the database's machine, GB", lambda n: f"{n.memory_gigabytes:,}"),
        ("what a year adds to the database, GB", lambda n: f"{n.year_gigabytes:,.1f}"),
        ("what its log adds to the archive, GB a day", lambda n: f"{n.log_gigabytes_a_day:,.2f}"),
        ("drawing a year's codes, hours of one core", lambda n: f"{n.draw_hours:,.2f}"),
        ("printing a year's booklets, hours of one core", lambda n: f"{n.print_hours:,.1f}"),
        ("every operation of a year, replayed in one go, hours of one core", lambda n: f"{n.load_hours:,.1f}"),
        ("machines, disks and copies, € a month (supposed prices)", lambda n: f"{n.euros_a_month:,}"),
    ]
    head = " | ".join(f"{vouchers:,} vouchers a year".replace(",", "\u202f") for vouchers in YEARLY)
    table = "\n".join(f"| {label} | {' | '.join(say(n).replace(',', chr(0x202F)) for n in sizes)} |" for label, say in rows)
    measured = "\n".join(
        f"| {name.replace('_', ' ')} | {each['value']:,} | {each['how']} |".replace(",", "\u202f", 1)
        for name, each in told["measured"].items()
    )
    supposed = "\n".join(f"| {name.replace('_', ' ')} | {each['value']} | {each['why']} |" for name, each in told["supposed"].items())
    return f"""<!-- Computed by `python -m docs.nation` from docs/operating/measured.json: change the figures, not this page. -->

# A nation on paper

What one, ten and a hundred million vouchers a year would take. Nobody has run the last two: each line is the product of what was measured on two cores
({told["measured_on"]}) and of what is supposed, both listed below. Change a figure and run `python -m docs.nation`.

| | {head} |
| --- | {" | ".join("---:" for _ in YEARLY)} |
{table}

## What it says

- **A million vouchers a year, the State's own promise, is one small machine** and a second one standing by.
  So is ten million, for writing: the busiest second asks a fraction of what one database writes.
- **Pages cost more than money.** Most of the cores serve people who look something up; web machines hold no state and are added one by one.
- **The database has three machines from ten million on**: one writes, two follow, and a redemption is answered once one of them has it.
  Public pages may be read from those that follow; money never is.
- **A hundred million a year still fits one writer** by these figures. What grows is memory, disk and the time to copy it:
  {sizes[2].year_gigabytes:,.0f} GB a year. Beyond, the database can be spread by series ([0081](../decisions/0081-a-door-kept-open.md), untried).
- **Limits met first, in order**: people who answer the telephone; the press ({sizes[2].print_hours:,.0f} hours of one core to draw the pages
  of a hundred million vouchers, divided by as many machines as one likes); a restore from a copy, as long as the copy is large.

## Measured

| figure | value | how |
| --- | ---: | --- |
{measured}

## Supposed

| figure | value | why |
| --- | ---: | --- |
{supposed}
"""


def main() -> None:
    PAGE.write_text(page(json.loads(MEASURED.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main()
