//! Orders and lists of them.

use marketd_domain::ledger::{AccountNo, UserNo};
use marketd_domain::sandbox::{Command, Done as Applied, ListKind, OrderId};
use marketd_protocol::code::ErrorCode;
use marketd_protocol::sandbox::{
    AmendFields, CancelledBody, ListFields, OrderBody, OrderFields, OrderListBody, client_list_id,
    client_order_id, interpret_amend, interpret_order,
};

use super::{answered, there};
use crate::sandbox::floor::Floor;
use crate::sandbox::gate::{Done, Refused};

/// Names an order: by our number, or by its client's name for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderName {
    Id(u64),
    Client(String),
}

const CREATED: u16 = 201;
const OK: u16 = 200;

impl Floor {
    /// An order of the user's, and its account; somebody else's is as unknown as none. A name of the client's own is looked
    /// for in one account, a number in all of them unless one is named.
    pub fn find_order(
        &mut self,
        user: UserNo,
        account: Option<&str>,
        name: &OrderName,
    ) -> Result<(AccountNo, OrderId), Refused> {
        let found = match name {
            OrderName::Id(order_id) => self.sandbox.order(OrderId::new(*order_id)).map(|order| {
                let owner = self.sandbox.ledger().account(order.account).map(|account| account.user);
                (owner, order.account, order.order_id)
            }),
            OrderName::Client(id) => {
                let account = self.account(user, account)?;
                let order = self.sandbox.order_by_client_id(account, client_order_id(id)?);
                order.map(|order| (Some(user), account, order.order_id))
            }
        };
        let (_, held, order_id) =
            found.filter(|(owner, ..)| *owner == Some(user)).ok_or_else(|| unknown(name))?;
        let is_elsewhere = match account {
            Some(account) => self.account(user, Some(account))? != held,
            None => false,
        };
        if is_elsewhere { Err(unknown(name)) } else { Ok((held, order_id)) }
    }

    /// New orders, and changes of open ones, are taken unless an administrator has said otherwise.
    fn require_entry(&self) -> Result<(), Refused> {
        let is_open = self.board.sandbox().is_none_or(|gate| gate.takes_orders());
        let message = "the sandbox takes no new orders at present; open ones can be cancelled";
        if is_open { Ok(()) } else { Err((ErrorCode::KILL_SWITCH_GLOBAL, message.to_owned())) }
    }

    pub fn place_order(&mut self, user: UserNo, fields: &OrderFields) -> Result<Done, Refused> {
        self.require_entry()?;
        let account = self.open_account(user, fields.account.as_deref())?;
        let market = self.market(&fields.market)?;
        let request = interpret_order(fields, market, self.terms_of(market).scales)?;
        let placed = self.command(&Command::PlaceOrder { account, request })?;
        let Applied::Order(order_id) = placed else { return there(None) };
        answered(CREATED, &there(self.order_of(order_id))?)
    }

    pub fn place_list(&mut self, user: UserNo, fields: &ListFields) -> Result<Done, Refused> {
        answered(CREATED, &self.list_placed(user, fields)?)
    }

    /// Places a list, and tells what came of it.
    pub fn list_placed(&mut self, user: UserNo, fields: &ListFields) -> Result<OrderListBody, Refused> {
        self.require_entry()?;
        let account = self.open_account(user, fields.account.as_deref())?;
        let kind = ListKind::parse(&fields.kind)
            .ok_or_else(|| (ErrorCode::BAD_REQUEST, "kind is oco, oto or bracket".to_owned()))?;
        if !(2..=3).contains(&fields.orders.len()) {
            return Err((ErrorCode::BAD_LIST, "a list has two or three orders".to_owned()));
        }
        let mut orders = Vec::with_capacity(fields.orders.len());
        for order in &fields.orders {
            if order.account.is_some() && order.account != fields.account {
                return Err((ErrorCode::BAD_LIST, "all orders of a list are of its account".to_owned()));
            }
            let market = self.market(&order.market)?;
            orders.push(interpret_order(order, market, self.terms_of(market).scales)?);
        }
        let client_list_id = fields.client_list_id.as_deref().map(client_list_id).transpose()?;
        let place = Command::PlaceList { account, kind, orders, client_list_id };
        let Applied::List(list_id) = self.command(&place)? else { return there(None) };
        there(self.order_list(list_id).map(|list| self.order_list_body(&list)))
    }

    pub fn amend_order(
        &mut self,
        user: UserNo,
        name: &OrderName,
        fields: &AmendFields,
    ) -> Result<Done, Refused> {
        self.require_entry()?;
        let (account, order_id) = self.find_order(user, fields.account.as_deref(), name)?;
        let market = there(self.sandbox.order(order_id).map(|order| order.request.market))?;
        self.follow(market);
        let amend = interpret_amend(fields, self.terms_of(market).scales)?;
        self.command(&Command::AmendOrder { account, order_id, amend })?;
        answered(OK, &there(self.order_of(order_id))?)
    }

    pub fn cancel_order(
        &mut self,
        user: UserNo,
        account: Option<&str>,
        name: &OrderName,
    ) -> Result<Done, Refused> {
        self.cancel_named(user, account, name, None)?;
        let (_, order_id) = self.find_order(user, account, name)?;
        answered(OK, &there(self.order_of(order_id))?)
    }

    /// Under a name that those who hear of it are told.
    pub fn cancel_named(
        &mut self,
        user: UserNo,
        account: Option<&str>,
        name: &OrderName,
        cancel_name: Option<String>,
    ) -> Result<(), Refused> {
        let (account, order_id) = self.find_order(user, account, name)?;
        self.cancel_names.extend(cancel_name.map(|cancel_name| (order_id, cancel_name)));
        let done = self.command(&Command::CancelOrder { account, order_id });
        if done.is_err() {
            self.cancel_names.remove(&order_id);
        }
        done.map(|_| ())
    }

    pub fn cancel_all(
        &mut self,
        user: UserNo,
        account: Option<&str>,
        market: Option<&str>,
    ) -> Result<Done, Refused> {
        let account = self.open_account(user, account)?;
        let market = market.map(|market| self.listed_market(market)).transpose()?;
        let cancelled = match self.command(&Command::CancelAll { account, market })? {
            Applied::Cancelled(count) => count,
            _ => 0,
        };
        answered(OK, &CancelledBody { cancelled })
    }

    /// The orders of an account that are open, newest first.
    pub fn open_order_bodies(&self, account: AccountNo) -> Vec<OrderBody> {
        let mut found: Vec<OrderBody> =
            self.sandbox.open_orders(account).map(|order| self.order_body(order)).collect();
        found.sort_by_key(|order| std::cmp::Reverse(order.order_id));
        found
    }
}

pub fn unknown(name: &OrderName) -> Refused {
    let message = match name {
        OrderName::Id(order_id) => format!("unknown order {order_id}"),
        OrderName::Client(id) => {
            let shown: String = id.chars().take(64).collect();
            format!("unknown order {shown:?}")
        }
    };
    (ErrorCode::UNKNOWN_ORDER, message)
}
