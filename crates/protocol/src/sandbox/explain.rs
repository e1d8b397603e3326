//! Why an order was filled, or was not.

use marketd_domain::Scales;
use marketd_domain::sandbox::{BookRef, Evidence, LevelRef, QueueReport};
use schemars::JsonSchema;
use serde::Serialize;

use super::order::{FillBody, OrderBody};
use super::past::{AmendmentBody, PreventedMatchBody};
use crate::schema::{Count, Decimal, ErrorCodeName, Micros, SideName};

/// All that is known of how an order came to be where it is.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ExplainBody {
    pub order: OrderBody,
    /// Oldest first, each with what made it possible.
    pub fills: Vec<ExplainedFill>,
    /// Matches that self-trade prevention kept from happening, oldest first; null while the store is away.
    pub prevented: Option<Vec<PreventedMatchBody>>,
    /// Oldest first; null while the store is away.
    pub amendments: Option<Vec<AmendmentBody>>,
    /// While it stands in the book.
    pub queue: Option<QueueBody>,
    /// Of an order that waits for a price: that price as it is now.
    #[schemars(with = "Option<Decimal>")]
    pub trigger_price: Option<String>,
    /// Why nothing can fill at the moment: the code that a new order would be refused with.
    #[schemars(with = "Option<ErrorCodeName>")]
    pub waits_for_market: Option<&'static str>,
    /// The same in a sentence.
    pub message: String,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ExplainedFill {
    #[serde(flatten)]
    pub fill: FillBody,
    pub evidence: EvidenceBody,
}

/// What made a fill possible.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EvidenceBody {
    /// It took from what the venue displayed.
    Level(LevelBody),
    /// It met another order of the sandbox.
    Order {
        #[schemars(with = "Count")]
        order_id: u64,
        /// The market's `seq` of the book then.
        #[schemars(with = "Count")]
        book_seq: u64,
        #[schemars(with = "Micros")]
        ts_venue: i64,
    },
    /// A print reached it in the queue.
    Print {
        trade_id: String,
        #[schemars(with = "Decimal")]
        price: String,
        #[schemars(with = "Decimal")]
        qty: String,
        /// Who took.
        #[schemars(with = "SideName")]
        side: &'static str,
        #[schemars(with = "Micros")]
        ts_venue: i64,
        /// What of the print went to sandbox orders before this one.
        #[schemars(with = "Decimal")]
        shared_before: String,
        /// The venue's quantity in front of the order before the print and after it; null while that was not known, and
        /// the print went through its price.
        #[schemars(with = "Option<Decimal>")]
        queue_before: Option<String>,
        #[schemars(with = "Option<Decimal>")]
        queue_after: Option<String>,
        #[schemars(with = "Count")]
        book_seq: u64,
    },
    /// The venue's other side came to its price or through it.
    Crossed(LevelBody),
}

/// A level that the venue displayed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LevelBody {
    #[schemars(with = "Decimal")]
    pub price: String,
    #[schemars(with = "Decimal")]
    pub displayed: String,
    /// What sandbox orders had taken of it before.
    #[schemars(with = "Decimal")]
    pub consumed_before: String,
    /// The market's `seq` of the book then.
    #[schemars(with = "Count")]
    pub book_seq: u64,
    #[schemars(with = "Micros")]
    pub ts_venue: i64,
}

impl LevelBody {
    fn of(level: &LevelRef, scales: Scales) -> Self {
        let BookRef { book_seq, ts_venue } = level.book;
        Self {
            price: level.price.to_text(scales.price),
            displayed: level.displayed.to_text(scales.qty),
            consumed_before: level.consumed_before.to_text(scales.qty),
            book_seq,
            ts_venue: ts_venue.micros(),
        }
    }
}

impl EvidenceBody {
    pub fn of(evidence: &Evidence, scales: Scales) -> Self {
        use marketd_domain::AggressorSide;
        // A queue that nobody could see has no length.
        let queue = |qty: marketd_domain::Qty| (qty.mantissa() < i64::MAX).then(|| qty.to_text(scales.qty));
        match evidence {
            Evidence::Level(level) => Self::Level(LevelBody::of(level, scales)),
            Evidence::Crossed(level) => Self::Crossed(LevelBody::of(level, scales)),
            Evidence::Order { order_id, book } => Self::Order {
                order_id: order_id.get(),
                book_seq: book.book_seq,
                ts_venue: book.ts_venue.micros(),
            },
            Evidence::Print(print) => Self::Print {
                trade_id: print.trade_id.to_string(),
                price: print.price.to_text(scales.price),
                qty: print.qty.to_text(scales.qty),
                side: match print.aggressor {
                    AggressorSide::Buy => "buy",
                    AggressorSide::Sell => "sell",
                },
                ts_venue: print.ts_venue.micros(),
                shared_before: print.shared_before.to_text(scales.qty),
                queue_before: queue(print.queue_before),
                queue_after: queue(print.queue_after),
                book_seq: print.book_seq,
            },
        }
    }
}

/// Where an order stands.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct QueueBody {
    #[schemars(with = "Decimal")]
    pub price: String,
    /// Of it in the queue; the rest is hidden.
    #[schemars(with = "Decimal")]
    pub shown: String,
    /// The venue's quantity in front of it; null when its price is out of view.
    #[schemars(with = "Option<Decimal>")]
    pub queue_ahead: Option<String>,
    /// Sandbox orders in front of it at its price.
    #[schemars(with = "Decimal")]
    pub sandbox_ahead: String,
    /// What the venue displays at its price now.
    #[schemars(with = "Decimal")]
    pub displayed: String,
    /// Printed at its price or through it since it stands there.
    #[schemars(with = "Decimal")]
    pub traded_since: String,
}

impl QueueBody {
    pub fn of(report: &QueueReport, scales: Scales) -> Self {
        Self {
            price: report.price.to_text(scales.price),
            shown: report.shown.to_text(scales.qty),
            queue_ahead: report.queue_ahead.map(|qty| qty.to_text(scales.qty)),
            sandbox_ahead: report.sandbox_ahead.to_text(scales.qty),
            displayed: report.displayed.to_text(scales.qty),
            traded_since: report.traded_since.to_text(scales.qty),
        }
    }
}
