//! A network between a client and a server, and what both do with messages whose fates are drawn.

#![expect(clippy::std_instead_of_alloc, reason = "tests have std")]

mod client_side;
mod drawn;
mod message;
mod server_side;

use std::collections::VecDeque;

pub(crate) use self::client_side::ClientSide;
pub(crate) use self::drawn::{fit, message, plan, setup};
pub(crate) use self::message::{Done, Fate, Message, Setup, Stored};
use self::server_side::ServerSide;

/// One step of the network.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delivery {
    pub(crate) to_server: bool,
    pub(crate) octets: usize,
}

/// Lets the two sides talk, by the plan and then at once, until they are done or the plan cuts
/// the connection. Gives the client's side as it is then; what the server stored is added to
/// `done`.
pub(crate) fn talk(
    setup: &Setup,
    messages: &[Message],
    waiting: VecDeque<usize>,
    plan: &[Delivery],
    cut: bool,
    done: &mut Done,
) -> ClientSide {
    let mut client = ClientSide::new(setup, waiting);
    let mut server = ServerSide::new(setup);
    let mut to_client: VecDeque<u8> = server.hear(b"").into();
    let mut to_server: VecDeque<u8> = VecDeque::new();
    let at_once = [true, false].map(|to_server| Delivery {
        to_server,
        octets: usize::MAX,
    });
    let rest = at_once.iter().cycle().take(if cut { 0 } else { 100_000 });
    for delivery in plan.iter().chain(rest) {
        if client.closed {
            break;
        }
        let line = match delivery.to_server {
            true => &mut to_server,
            false => &mut to_client,
        };
        let octets: Vec<u8> = line.drain(..line.len().min(delivery.octets)).collect();
        match delivery.to_server {
            true => to_client.extend(server.hear(&octets)),
            false => to_server.extend(client.hear(&octets, messages)),
        }
    }
    assert!(cut || client.closed, "the dialogue has come to a halt");
    done.store.append(&mut server.done.store);
    done.refused.append(&mut server.done.refused);
    client
}
