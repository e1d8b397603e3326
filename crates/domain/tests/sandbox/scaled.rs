//! What was made without decimals, with some.

use marketd_domain::sandbox::{Amend, Command, OrderRequest};
use marketd_domain::{Level, Notional, Price, Qty, Scale, Scales, Trade};

use super::world::Done;

const NONE: Scale = Scale::of(0);

fn price(price: Price, to: Scales) -> Price {
    price.rescaled(NONE, to.price).expect("a small price")
}

fn qty(qty: Qty, to: Scales) -> Qty {
    qty.rescaled(NONE, to.qty).expect("a small quantity")
}

fn levels(levels: &[Level], to: Scales) -> Vec<Level> {
    levels.iter().map(|level| Level::new(price(level.price, to), qty(level.qty, to))).collect()
}

fn request(request: &OrderRequest, to: Scales) -> OrderRequest {
    let quote = |quote: Notional| quote.rescaled(Scales::of(0, 0), to).expect("a small amount");
    OrderRequest {
        qty: request.qty.map(|of| qty(of, to)),
        quote_qty: request.quote_qty.map(quote),
        price: request.price.map(|of| price(of, to)),
        stop_price: request.stop_price.map(|of| price(of, to)),
        display_qty: request.display_qty.map(|of| qty(of, to)),
        ..*request
    }
}

fn command(command: &Command, to: Scales) -> Command {
    match command {
        Command::PlaceOrder { account, request: of } => {
            Command::PlaceOrder { account: *account, request: request(of, to) }
        }
        Command::PlaceList { account, kind, orders, client_list_id } => {
            let orders = orders.iter().map(|of| request(of, to)).collect();
            let client_list_id = *client_list_id;
            Command::PlaceList { account: *account, kind: *kind, orders, client_list_id }
        }
        Command::AmendOrder { account, order_id, amend } => {
            let amend = Amend {
                qty: amend.qty.map(|of| qty(of, to)),
                price: amend.price.map(|of| price(of, to)),
                stop_price: amend.stop_price.map(|of| price(of, to)),
                ..*amend
            };
            Command::AmendOrder { account: *account, order_id: *order_id, amend }
        }
        other => other.clone(),
    }
}

pub fn scaled(done: &Done, to: Scales) -> Done {
    match done {
        Done::Command(of) => Done::Command(command(of, to)),
        Done::Snapshot { bids, asks, book } => {
            Done::Snapshot { bids: levels(bids, to), asks: levels(asks, to), book: *book }
        }
        Done::Changes { bids, asks, book } => {
            Done::Changes { bids: levels(bids, to), asks: levels(asks, to), book: *book }
        }
        Done::Print(of) => Done::Print(Trade { price: price(of.price, to), qty: qty(of.qty, to), ..*of }),
        Done::Status(_) | Done::Rescaled(..) | Done::Time => done.clone(),
    }
}
