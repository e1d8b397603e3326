//! Tables in text. The venue's book is `99:5 100:10 | 101:7`, bids left. A line is a command of an account, or news
//! of the market, and what it leads to is told in a line:
//!
//! | line | meaning |
//! |---|---|
//! | `a buy 5 at 100 ioc` | account a; also `market`, `quote 500`, `stop 95`, `profit 105`, `trail 100`, `post`, `show 2` |
//! | `a cancel 1`, `a amend 1 qty 3` | of order 1 |
//! | `print sell 5 at 100` | the venue prints a seller who took |
//! | `book 100:4 \| 101:0` | levels changed |
//! | `snapshot …`, `stale`, `live`, `time 5` | as they say; times in milliseconds |
//! | `rescaled 1 2` | the venue prints one decimal of prices and two of quantities |

mod exact;
mod latency;
mod lists;
mod makers;
mod matrix;
mod money;
mod refusals;
mod stand;
mod takers;
mod triggers;
mod widening;

pub(super) use self::stand::{Stand, check};
