//! Order lists as their clients know them: by a name of their own, and also when they are over, which the sandbox forgets.
//!
//! *Bounds*: the latest are remembered, and none over a restart; then a list is called as one that was given no name.

use std::collections::{HashMap, VecDeque};

use marketd_actors::sandbox::Floor;
use marketd_domain::ledger::UserNo;
use marketd_domain::sandbox::{ListId, OrderId};
use marketd_protocol::sandbox::OrderListBody;
use parking_lot::Mutex;

const LISTS_MAX: usize = 10_000;
const PREFIX: &str = "marketd-list-";

/// A list that was placed.
#[derive(Debug, Clone)]
pub struct Listed {
    pub user: UserNo,
    pub name: Option<String>,
    pub kind: &'static str,
    /// One of its orders.
    pub order_id: u64,
}

#[derive(Default)]
struct Table {
    lists: HashMap<u64, Listed>,
    by_name: HashMap<(UserNo, String), u64>,
    order: VecDeque<u64>,
}

#[derive(Default)]
pub struct ListNames(Mutex<Table>);

impl ListNames {
    pub fn set(&self, list_id: u64, listed: Listed) {
        let mut table = self.0.lock();
        if table.order.len() >= LISTS_MAX
            && let Some(oldest) = table.order.pop_front()
            && let Some(Listed { user, name: Some(name), .. }) = table.lists.remove(&oldest)
        {
            let named = (user, name);
            if table.by_name.get(&named) == Some(&oldest) {
                table.by_name.remove(&named);
            }
        }
        table.order.push_back(list_id);
        if let Some(name) = &listed.name {
            table.by_name.insert((listed.user, name.clone()), list_id);
        }
        table.lists.insert(list_id, listed);
    }

    /// What a list is called.
    pub fn of(&self, list_id: u64) -> String {
        let given = self.0.lock().lists.get(&list_id).and_then(|listed| listed.name.clone());
        given.unwrap_or_else(|| format!("{PREFIX}{list_id}"))
    }

    /// The latest list of that name.
    pub fn find(&self, user: UserNo, name: &str) -> Option<u64> {
        let named = self.0.lock().by_name.get(&(user, name.to_owned())).copied();
        named.or_else(|| name.strip_prefix(PREFIX)?.parse().ok())
    }

    /// The list with its orders, also when it is over, as long as these are remembered.
    pub fn body(&self, floor: &Floor, list_id: u64) -> Option<OrderListBody> {
        floor.order_list_body(ListId::new(list_id)).or_else(|| {
            let listed = self.0.lock().lists.get(&list_id).cloned()?;
            let ended = floor.ended_list_body(OrderId::new(listed.order_id))?;
            Some(OrderListBody { kind: listed.kind, ..ended })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_found_by_their_names_and_the_oldest_are_forgotten() {
        let names = ListNames::default();
        let (one, other) = (UserNo::new(1), UserNo::new(2));
        let listed =
            |user, name: &str| Listed { user, name: Some(name.to_owned()), kind: "oco", order_id: 1 };
        names.set(7, listed(one, "mine"));
        names.set(8, listed(other, "mine"));
        assert_eq!((names.find(one, "mine"), names.find(other, "mine")), (Some(7), Some(8)));
        assert_eq!((names.of(7), names.of(9)), ("mine".to_owned(), "marketd-list-9".to_owned()));
        assert_eq!((names.find(one, "marketd-list-9"), names.find(one, "x")), (Some(9), None));
        names.set(10, listed(one, "mine"));
        assert_eq!(names.find(one, "mine"), Some(10), "the latest");
        for list_id in 11..(11 + LISTS_MAX as u64) {
            names.set(list_id, listed(one, &format!("n{list_id}")));
        }
        assert_eq!((names.of(7), names.find(one, "mine")), ("marketd-list-7".to_owned(), None));
    }
}
