//! The programs that tests and measurements run beside ours: PostgreSQL clusters, the object stores Garage and moto.
//!
//! Each listens on 127.0.0.1 or on a socket of its own, keeps everything in a temporary folder, and is ended and removed
//! when dropped. No part of `vaern` itself uses it.

pub mod garage;
pub mod moto;
pub mod postgres;
pub mod process;

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

/// An address of this machine on which nobody listens, for a program that is to be found there again after a restart.
///
/// Its port lies below those that Linux gives to outgoing connections (32,768 and up), so none of them takes it meanwhile.
///
/// # Panics
/// If no port is free.
#[must_use]
pub fn free_address() -> SocketAddr {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    const FIRST: u32 = 10_000;
    const COUNT: u32 = 22_000;
    // Tests run in processes of their own: each begins at another place.
    let from = std::process::id().wrapping_mul(61);
    let mut ports = (0..COUNT).map(|_| {
        let place = from.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        u16::try_from(FIRST + place % COUNT).expect("a port")
    });
    ports
        .find_map(|port| {
            let address = SocketAddr::from(([127, 0, 0, 1], port));
            TcpListener::bind(address).is_ok().then_some(address)
        })
        .expect("a free port")
}
