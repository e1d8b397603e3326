#!/usr/bin/env python3
"""Plants bugs and says which of them the simulation finds.

    crates/domain/tests/sandbox/planted.py SCRATCH

Copies the last commit to SCRATCH, plants all bugs there behind a switch, builds once, and runs the tests of the sandbox with
none of them and then with each alone. The table in docs/sandbox.md is what it printed. Where the code has moved on,
a place is not found any more: then the script says so, and wants to be changed with it.
"""
import os
import re
import subprocess
import sys

SERVER = "tests/sandbox/sim/server.rs"
DISK = "tests/sandbox/sim/disk.rs"
# What it is, where, what stands there, and what stands there when `planted(N)` says so.
BUGS = [
    ("an answer leaves before its events are synced", SERVER,
     "self.waiting.push_back((self.sandbox.seq(), answer));",
     "self.waiting.push_back((if PLANTED { 0 } else { self.sandbox.seq() }, answer));"),
    ("an order that ends keeps its reservation", "src/sandbox/evolve.rs",
     "let reserved = self.resize(index, Need::Nothing)?;",
     "let reserved = if PLANTED { ReservedChange::UNKNOWN } else { self.resize(index, Need::Nothing)? };"),
    ("the first event after a kept state is skipped", DISK,
     "event.seq > held", "event.seq > held + u64::from(PLANTED)"),
    ("what was taken of a level is not remembered", "src/sandbox/evolve.rs",
     "self.desks[market.index()].book.consume(side, level.price, qty);",
     "if !PLANTED { self.desks[market.index()].book.consume(side, level.price, qty); }"),
    ("dates of orders are lost by a restart", "src/sandbox/state.rs",
     "if let Some(at) = request.expires_at {", "if let Some(at) = request.expires_at.filter(|_| !PLANTED) {"),
    ("orders on their way are lost by a restart", "src/sandbox/state.rs",
     "if phase == Phase::Entering {", "if phase == Phase::Entering && !PLANTED {"),
    ("dead-man timers are lost by a restart", "src/ledger/codec.rs",
     "self.timers.insert((at, number));", "if !PLANTED { self.timers.insert((at, number)); }"),
    ("a print fills each order with all of it", "src/sandbox/queue.rs",
     "self.volume -= qty;", "self.volume -= if PLANTED { 0 } else { qty };"),
    ("a restart puts orders to the front of their queues", "src/sandbox/state.rs",
     "Place { ahead, joined, joined_seq, traded, ..Place::NOWHERE };\n        self.orders.slab",
     "Place { ahead: if PLANTED { 0 } else { ahead }, joined, joined_seq, traded, ..Place::NOWHERE };\n"
     "        self.orders.slab"),
    ("a torn commit is read", "src/journal/record.rs",
     "if digest.finalize() != u32::from_le_bytes(field(4)) {",
     "if !PLANTED && digest.finalize() != u32::from_le_bytes(field(4)) {"),
    ("a state is kept ahead of the journal", SERVER,
     "if self.sandbox.seq() == self.durable_seq {", "if PLANTED || self.sandbox.seq() == self.durable_seq {"),
    ("prints fill while the market is not live", "src/sandbox/market.rs",
     "let desk = &mut self.desks[market.index()];\n        if !desk.is_live() {",
     "let desk = &mut self.desks[market.index()];\n        if !desk.is_live() && !PLANTED {"),
    ("a book fills before it can be believed", "src/sandbox/market.rs",
     "if !self.desks[market.index()].is_live() {\n            return;",
     "if !self.desks[market.index()].is_live() && !PLANTED {\n            return;"),
    ("names of orders are forgotten by a restart", "src/sandbox/orders.rs",
     "if let Some(client_order_id) = order.request.client_order_id {\n            self.by_client_id.insert",
     "let is_new = order.status == super::order::OrderStatus::Pending;\n"
     "        if let Some(client_order_id) = order.request.client_order_id.filter(|_| !PLANTED || is_new) {\n"
     "            self.by_client_id.insert"),
    ("a cancel on its way is lost by a restart", "src/sandbox/state.rs",
     "if let Some(change) = change {", "if let Some(change) = change.filter(|_| !PLANTED) {"),
    ("a snapshot forgets what was taken of its levels", "src/sandbox/venue.rs",
     "!qty.is_zero()\n            });", "!PLANTED && !qty.is_zero()\n            });"),
    ("a carried fee is lost by a restart", "src/sandbox/state.rs",
     "let index = self.orders.insert(order).ok_or(MISFIT)?;\n",
     "let mut order = order;\n        if PLANTED {\n"
     "            let parts = (order.account, request.market, request.side);\n"
     "            let (hold, fees) = (order.money.hold(), *order.money.fees());\n"
     "            order.money = crate::ledger::OrderMoney::from_parts(parts, hold, fees, crate::ledger::FeeCarry::NONE);\n"
     "        }\n        let index = self.orders.insert(order).ok_or(MISFIT)?;\n"),
]
SWITCH = '''
pub fn planted(number: u32) -> bool {
    static PLANTED: std::sync::OnceLock<u32> = std::sync::OnceLock::new();
    let read = || std::env::var("PLANTED").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    *PLANTED.get_or_init(read) == number
}
'''


def plant(domain):
    for number, (name, path, clean, bug) in enumerate(BUGS, 1):
        with open(f"{domain}/{path}") as file:
            text = file.read()
        if text.count(clean) != 1:
            sys.exit(f"{name}: its place is there {text.count(clean)} times in {path}")
        crate = "crate" if path.startswith("src/") else "marketd_domain"
        with open(f"{domain}/{path}", "w") as file:
            file.write(text.replace(clean, bug.replace("PLANTED", f"{crate}::planted({number})")))
    with open(f"{domain}/src/lib.rs", "a") as file:
        file.write(SWITCH)


def main():
    scratch = os.path.abspath(sys.argv[1])
    os.makedirs(scratch)
    archive = subprocess.run(["git", "archive", "HEAD"], check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", scratch], input=archive, check=True)
    domain = f"{scratch}/crates/domain"
    plant(domain)
    cargo = os.environ.get("CARGO", "cargo")
    test = [cargo, "test", "-p", "marketd-domain", "--test", "sandbox"]
    built = subprocess.run([*test, "--no-run"], cwd=scratch, capture_output=True, text=True)
    if built.returncode:
        sys.exit(built.stderr)
    found = re.search(r"\((\S*deps/sandbox-\S+)\)", built.stderr)
    binary = os.path.join(scratch, found.group(1))
    for number, name in enumerate(["nothing", *(bug[0] for bug in BUGS)]):
        ran = subprocess.run([binary], cwd=domain, env={**os.environ, "PLANTED": str(number)},
                             capture_output=True, text=True)
        failed = re.findall(r"^test (\S+) \.\.\. FAILED", ran.stdout, re.M)
        parts = sum(test.startswith("sim::") for test in failed)
        others = [test for test in failed if not test.startswith("sim::")]
        print(f"| {number} | {name} | {parts} of 4 | {', '.join(others) or '-'} |", flush=True)


if __name__ == "__main__":
    main()
