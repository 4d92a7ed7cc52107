//! Where the server may go by itself when it captures a page: public addresses alone. Asked of the address that is
//! connected to, at the moment of connecting, so that neither a redirect nor a name that changes its mind leads elsewhere.
//!
//! Sources: IANA's IPv4 and IPv6 Special-Purpose Address Registries and Multicast Address Space (RFC 6890, RFC 8190), RFC 6052
//! and RFC 8215 (NAT64), RFC 3056 (6to4), RFC 4380 (Teredo), RFC 5214 (ISATAP), RFC 9637 (documentation); checked 2026-11-25.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Ranges of IPv4 that are not the public Internet: first address and length of the prefix.
const CLOSED_V4: [(Ipv4Addr, u32); 16] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    // Shared between an Internet provider's customers.
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    // Relays of 6to4, which led into other networks.
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
    (Ipv4Addr::new(255, 255, 255, 255), 32),
];

/// Ranges inside 2000::/3, the only public unicast space of IPv6, that are not the public Internet either.
const CLOSED_V6: [(Ipv6Addr, u32); 4] = [
    // For protocols of the IETF, Teredo and benchmarks among them.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    // 6to4: an IPv4 address in disguise.
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
/// IPv4 written as IPv6, and IPv4 behind a NAT64 that everybody may use.
const DISGUISED_V4: [(Ipv6Addr, u32); 2] = [
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96),
    (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96),
];

/// Whether this is an address of the public Internet: neither private, loopback, link-local, shared, reserved, for
/// documentation nor for many at once, also not in the disguise of another kind of address.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !CLOSED_V4.iter().any(|(first, length)| {
        let mask = u32::MAX << (32 - length);
        address.to_bits() & mask == first.to_bits() & mask
    })
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let lies_in = |(first, length): &(Ipv6Addr, u32)| {
        let mask = u128::MAX << (128 - length);
        address.to_bits() & mask == first.to_bits() & mask
    };
    if DISGUISED_V4.iter().any(lies_in) {
        return is_public_v4(Ipv4Addr::from_bits(last_32(address)));
    }
    lies_in(&GLOBAL_V6) && !CLOSED_V6.iter().any(lies_in) && !is_isatap(address)
}

/// ISATAP hides an IPv4 address of the own network in the second half.
fn is_isatap(address: Ipv6Addr) -> bool {
    let [_, _, _, _, high, low, ..] = address.segments();
    high & !0x0200 == 0 && low == 0x5efe
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the last 32 bits are what is wanted"
)]
fn last_32(address: Ipv6Addr) -> u32 {
    address.to_bits() as u32
}

/// Whether a link may be asked for at all: `http` or `https`, with a host, without a name and password in it. Where its host is
/// a number, that must be public; a name is judged by what it leads to, when it is connected to.
#[must_use]
pub fn is_public_link(link: &str) -> bool {
    let Some(rest) = link
        .split_once("://")
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"))
        .map(|(_, rest)| rest)
    else {
        return false;
    };
    let place = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    if place.is_empty() || place.contains('@') || link.contains(char::is_control) {
        return false;
    }
    if let Some(six) = place.strip_prefix('[').and_then(|place| place.split(']').next()) {
        return six.parse().is_ok_and(is_public_v6);
    }
    let host = place.split(':').next().unwrap_or_default().trim_end_matches('.');
    match host.parse::<Ipv4Addr>() {
        Ok(address) => is_public_v4(address),
        // A name of one word is one of the own network.
        Err(_) => host.contains('.') && !is_home(host),
    }
}

/// Names that by their very ending are of the own machine or network (RFC 6761, RFC 6762, RFC 8375, RFC 9476).
fn is_home(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    matches!(
        last.as_str(),
        "localhost" | "local" | "internal" | "alt" | "onion" | "invalid"
    ) || host.to_ascii_lowercase().ends_with(".home.arpa")
}
