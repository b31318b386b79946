//! How many connections each client holds.

use core::net::{IpAddr, Ipv6Addr};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts connections by the client's address, up to as many for each.
#[derive(Clone, Debug)]
pub(crate) struct Neighbours {
    held: Arc<Mutex<HashMap<IpAddr, usize>>>,
    most: usize,
}

impl Neighbours {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            held: Arc::default(),
            most,
        }
    }

    /// A place for one more connection of `client`, given back when it is dropped; `None` if the
    /// client has all of its places.
    pub(crate) fn enter(&self, client: IpAddr) -> Option<Place> {
        let client = network(client);
        let mut held = self.lock();
        let count = held.get(&client).copied().unwrap_or_default();
        if count >= self.most {
            return None;
        }
        held.insert(client, count + 1);
        Some(Place {
            neighbours: self.clone(),
            client,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        // Nothing can panic between two states of the map.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection of a client.
#[derive(Debug)]
pub(crate) struct Place {
    neighbours: Neighbours,
    client: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.neighbours.lock();
        if let Entry::Occupied(mut entry) = held.entry(self.client) {
            match entry.get() {
                // The map holds nobody who is gone: it would grow without end.
                0 | 1 => drop(entry.remove()),
                count => drop(entry.insert(count - 1)),
            }
        }
    }
}

/// What one client can easily have all of: an IPv4 address, or a network of 64 bits.
fn network(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(address) => {
            Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_client_has_its_own_places_and_gives_them_back() {
        let neighbours = Neighbours::new(2);
        let enter = |client: &str| neighbours.enter(client.parse().unwrap());
        let places = [enter("192.0.2.1"), enter("::ffff:192.0.2.1")];
        assert!(places.iter().all(Option::is_some));
        assert!(enter("192.0.2.1").is_none());
        let other = enter("192.0.2.2");
        assert!(other.is_some());
        drop(places);
        assert!(enter("192.0.2.1").is_some());
        let places = [enter("2001:db8::1"), enter("2001:db8::2:0:0:1")];
        assert!(places.iter().all(Option::is_some));
        assert!(enter("2001:db8::3").is_none());
        assert!(enter("2001:db8:0:1::1").is_some());
        drop((places, other));
        assert!(neighbours.lock().is_empty());
    }
}
